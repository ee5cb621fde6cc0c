import type { Logger } from 'pino';
import type { TokenOptions } from './auth/tokens/token-options.ts';
import type { ShimTls } from './gateway/listener/listen.ts';
import type { Retention } from './mvcc/compaction/auto-compaction.ts';
import type { ProcessBudget } from './process-budget.ts';

/** What a shim is made of; everything but the database has etcd's own default. */
export interface ShimOptions {
  /** `postgres://…` */
  postgresUrl: string;
  /**
   * Where the member list says that clients connect to this member. Default: the client URLs that are
   * listened on.
   */
  advertiseClientUrls?: readonly string[] | undefined;
  /** Where the member list says that peers connect to this member; nobody connects there. Default: etcd's. */
  advertisePeerUrls?: readonly string[] | undefined;
  /** For the https URLs. */
  tls?: ShimTls | undefined;
  /** Several servers may listen on one port. */
  reusePort?: boolean | undefined;
  log?: Logger | undefined;
  name?: string | undefined;
  /** The etcd version of `Status` and `/version`. */
  versionReported?: string | undefined;
  maxTxnOps?: number | undefined;
  maxRequestBytes?: number | undefined;
  maxConcurrentStreams?: number | undefined;
  /** As etcd's flag: 0 is 2 GiB, and a negative one none. Default: none. */
  quotaBackendBytes?: number | undefined;
  watchProgressNotifyIntervalMs?: number | undefined;
  /** Requests that wait longer for the database are logged at level warn. */
  warningUnaryRequestDurationMs?: number | undefined;
  /** Clients that ping more often are disconnected. Default: 5 s; 0: grpc-go's 5 minutes. */
  grpcKeepaliveMinTimeMs?: number | undefined;
  grpcKeepaliveIntervalMs?: number | undefined;
  grpcKeepaliveTimeoutMs?: number | undefined;
  metrics?: 'basic' | 'extensive' | undefined;
  /** Origins of web pages that may use the HTTP endpoints and the JSON gateway; none or `*`: all. */
  cors?: readonly string[] | undefined;
  /** Names that HTTP clients may use for this server without TLS; none or `*`: all. */
  hostWhitelist?: readonly string[] | undefined;
  /** What history is kept, if compaction is to come by itself. */
  autoCompaction?: Retention | undefined;
  /** The JSON gateway under /v3/. Default: true. */
  enableGrpcGateway?: boolean | undefined;
  /** Default: simple tokens. */
  authToken?: TokenOptions | undefined;
  /** How long a simple token lives after its last use. Default: 5 minutes. */
  authTokenTtlMs?: number | undefined;
  /** bcrypt's, 4 to 31. Default: 10. */
  bcryptCost?: number | undefined;
  /** How long unary calls may take to finish in `close()`. Default: 5 s. */
  drainMs?: number | undefined;
  /**
   * Bytes of unread answers and unfinished requests beyond which the client that holds most is disconnected.
   * Default: what `budget` has for all shims of this process together.
   */
  heldMemoryBytes?: number | undefined;
  /** How long HTTP/1 clients may be slow; see `Http1ServerOptions`. */
  httpTimeouts?: { headersTimeoutMs?: number; bodyTimeoutMs?: number; idleTimeoutMs?: number } | undefined;
  /** What the shims of this process share. Default: `processBudget`. */
  budget?: ProcessBudget | undefined;
  /** Bytes of current values kept in memory. Default: this shim's share of `budget`. */
  valueCacheBytes?: number | undefined;
  /** Whether LISTEN and NOTIFY are used; without, other shims' commits are seen at the next poll. */
  hints?: boolean | undefined;
  pollIntervalMs?: number | undefined;
}

/** Where a shim listens: `http://`, `https://` or `unix://`; port 0: any free port. */
export interface ListenUrls {
  /** For gRPC and HTTP, etcd's --listen-client-urls. */
  listenClientUrls: readonly string[];
  /** For HTTP alone, etcd's --listen-client-http-urls; `listenClientUrls` are then for gRPC alone. */
  listenClientHttpUrls?: readonly string[] | undefined;
  /** HTTP alone, without gRPC; etcd's --listen-metrics-urls. No client certificate is asked for. */
  listenMetricsUrls?: readonly string[] | undefined;
}

/** The etcd version whose API this is. */
export const defaultVersionReported = '3.6.14';
