import type { Socket } from 'node:net';
import { pino, type Logger } from 'pino';
import { createAuth } from './auth/create-auth.ts';
import type { TokenOptions } from './auth/tokens/token-options.ts';
import type { EtcdClient } from './client/etcd-client.ts';
import { createInProcessClient } from './in-process/in-process-client.ts';
import { createInProcessMaintenance } from './in-process/in-process-maintenance.ts';
import type { MaintenanceClient } from './client/maintenance-client.ts';
import { controlAccess } from './gateway/access-control.ts';
import { Connections } from './gateway/listener/connections.ts';
import { createHttp1Server } from './gateway/http1-server.ts';
import { createHttpEndpoints } from './gateway/http-endpoints.ts';
import { createJsonGateway } from './gateway/json/json-gateway.ts';
import { Loopback } from './gateway/json/loopback.ts';
import { type Listener, listen, type ShimTls } from './gateway/listener/listen.ts';
import { splitProtocols } from './gateway/listener/protocol-split.ts';
import { AutoCompactor, type Retention } from './mvcc/compaction/auto-compaction.ts';
import { openStore, type OpenedStore } from './postgres/open-store.ts';
import { methodDescriptions } from './rpc/methods/methods.ts';
import { CallCounts } from './rpc/monitoring/call-counts.ts';
import { createGrpcServer, tooMuchHeld } from './rpc/server/grpc-server.ts';
import { HeldMemory } from './rpc/connection/held-memory.ts';
import { createRequestLog } from './rpc/monitoring/request-log.ts';
import { createServerMetrics } from './rpc/monitoring/server-metrics.ts';
import { createServices, grpcOverheadBytes } from './rpc/services.ts';

/** How a shim is started; everything but the database and the URLs has etcd's own default. */
export interface ShimOptions {
  /** `postgres://…` */
  postgresUrl: string;
  /** `http://`, `https://` or `unix://`; port 0: any free port. */
  listenClientUrls: readonly string[];
  /** What other clients are told to connect to. Default: what is listened on. */
  advertiseClientUrls?: readonly string[] | undefined;
  /** What the member list tells of this member as a peer; nobody connects there. Default: etcd's. */
  advertisePeerUrls?: readonly string[] | undefined;
  /** For HTTP alone, etcd's --listen-client-http-urls; `listenClientUrls` are then for gRPC alone. */
  listenClientHttpUrls?: readonly string[] | undefined;
  /** HTTP alone, without gRPC; etcd's --listen-metrics-urls. No client certificate is asked for. */
  listenMetricsUrls?: readonly string[] | undefined;
  /** For the https URLs. */
  tls?: ShimTls | undefined;
  /** Several servers may listen on one port. */
  reusePort?: boolean | undefined;
  log?: Logger | undefined;
  name?: string | undefined;
  /** The etcd version that clients are told. */
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
  /** How long unary calls may take to finish in `close()`. */
  drainMs?: number | undefined;
  /**
   * Bytes of unread answers and unfinished requests beyond which the client that holds most is disconnected. Default: a quarter
   * of the memory that this process may have, 1 GiB at most.
   */
  heldMemoryBytes?: number | undefined;
  /** How long HTTP/1 clients may be slow; see `Http1ServerOptions`. */
  httpTimeouts?: { headersTimeoutMs?: number; bodyTimeoutMs?: number; idleTimeoutMs?: number } | undefined;
  /** Bytes of current values kept in memory. */
  valueCacheBytes?: number | undefined;
  /** Whether LISTEN and NOTIFY are used; without, other shims' commits are seen at the next poll. */
  hints?: boolean | undefined;
  pollIntervalMs?: number | undefined;
}

/** A running shim. */
export interface Shim {
  /** What is listened on, with the real ports. */
  readonly clientUrls: string[];
  /** As `clientUrls`, of `listenClientHttpUrls`. */
  readonly clientHttpUrls: string[];
  /** As `clientUrls`, of `listenMetricsUrls`. */
  readonly metricsUrls: string[];
  /** A client in this process, without a connection. Closing it closes nothing but itself. */
  client(): EtcdClient;
  /** The Maintenance service in this process, without a connection. */
  maintenance(): MaintenanceClient;
  /** Stops listening, ends streams, lets unary calls finish, and leaves the database. */
  close(): Promise<void>;
}

/** The etcd version whose API this is. */
export const defaultVersionReported = '3.6.14';

/** etcd's --initial-advertise-peer-urls, when it is not given. */
const defaultPeerUrl = 'http://localhost:2380';

/** etcd's default quota. */
const defaultQuotaBytes = 2 * 1024 ** 3;

/**
 * Starts an etcd server on a PostgreSQL database; resolves when it serves.
 *
 * Rejects with a ListenError (a client URL cannot be listened on) or a StoreError (the database cannot be reached, or
 * was written by a newer version); nothing is left running then. `open` is the tests' way to another store.
 */
export async function startShim(options: ShimOptions, open = openStore): Promise<Shim> {
  const log = options.log ?? pino({ level: 'silent' });
  const version = options.versionReported ?? defaultVersionReported;
  const maxRequestBytes = options.maxRequestBytes ?? 1.5 * 1024 * 1024;
  const quotaBytes = options.quotaBackendBytes === 0 ? defaultQuotaBytes : (options.quotaBackendBytes ?? -1);
  const { reusePort } = options;
  const listeners: Listener[] = [];
  const httpListeners: Listener[] = [];
  const metricsListeners: Listener[] = [];
  // The ports must be known before the database is told of them: whoever connects meanwhile waits.
  const clients = new Connections();
  const httpClients = new Connections();
  const scrapers = new Connections();
  const onError = (error: Error): void => log.warn({ err: error }, 'a listener goes on after an error');
  const allListeners = (): Listener[] => [...listeners, ...httpListeners, ...metricsListeners];
  const stopListening = (): Promise<unknown> =>
    Promise.all(allListeners().map((listener) => listener.close()));
  const disconnect = (): void => allListeners().forEach((listener) => listener.destroy());

  let opened: OpenedStore;
  try {
    for (const url of options.listenClientUrls) {
      listeners.push(
        await listen({ url, tls: options.tls, reusePort, onConnection: clients.accept, onError }),
      );
    }
    for (const url of options.listenClientHttpUrls ?? []) {
      httpListeners.push(
        await listen({ url, tls: options.tls, reusePort, onConnection: httpClients.accept, onError }),
      );
    }
    const serverTls = {
      ...options.tls,
      trustedCa: undefined,
      trustedCaFile: undefined,
      clientCertAuth: false,
    };
    for (const url of options.listenMetricsUrls ?? []) {
      metricsListeners.push(
        await listen({ url, tls: serverTls, reusePort, onConnection: scrapers.accept, onError }),
      );
    }
    opened = await open({
      connectionString: options.postgresUrl,
      log,
      name: options.name ?? 'default',
      clientUrls: options.advertiseClientUrls ?? listeners.map(({ url }) => url),
      peerUrls: options.advertisePeerUrls ?? [defaultPeerUrl],
      quotaBytes: Math.max(quotaBytes, 0),
      ...(options.valueCacheBytes === undefined ? {} : { valueCacheBytes: options.valueCacheBytes }),
      ...(options.hints === undefined ? {} : { hints: options.hints }),
      ...(options.pollIntervalMs === undefined ? {} : { pollIntervalMs: options.pollIntervalMs }),
    });
  } catch (error) {
    const stopped = stopListening();
    disconnect();
    await stopped;
    throw error;
  }

  const { store, lessor, upkeep } = opened;
  const auth = createAuth({
    ...opened.auth,
    tokenOptions: options.authToken ?? { kind: 'simple' },
    simpleTtlMs: options.authTokenTtlMs || 300_000,
    bcryptCost: options.bcryptCost,
    trustsCertificates: options.tls?.clientCertAuth ?? false,
    readIndex: () => store.readIndex(),
  });
  const services = createServices({
    store,
    lessor,
    auth,
    upkeep,
    version,
    quotaBytes,
    maxRequestBytes,
    maxTxnOps: options.maxTxnOps ?? 128,
    watchProgressIntervalMs: Math.max(options.watchProgressNotifyIntervalMs ?? 600_000, 100),
  });
  const counts = new CallCounts();
  const logRequest = createRequestLog({ log, slowMs: options.warningUnaryRequestDurationMs ?? 300 });
  const held = new HeldMemory({ limitBytes: options.heldMemoryBytes });
  const grpc = createGrpcServer({
    services,
    counts,
    logRequest,
    log,
    maxRequestBytes,
    held,
    maxConcurrentStreams: options.maxConcurrentStreams ?? 0xffffffff,
    keepaliveMinTimeMs: options.grpcKeepaliveMinTimeMs ?? 5000,
    keepaliveIntervalMs: options.grpcKeepaliveIntervalMs ?? 7_200_000,
    keepaliveTimeoutMs: options.grpcKeepaliveTimeoutMs ?? 20_000,
  });
  const metrics = createServerMetrics({
    store,
    guard: services.guard,
    watch: services.watch,
    counts,
    version,
    quotaBytes: Math.max(quotaBytes, 0),
    isExtensive: options.metrics === 'extensive',
  });
  const loopback = new Loopback(grpc.injectLoopback);
  const endpoints = createHttpEndpoints({
    services,
    version,
    metrics: metrics.read,
    onHealth: metrics.countHealth,
    onCheck: metrics.countCheck,
    gateway:
      options.enableGrpcGateway === false
        ? undefined
        : createJsonGateway({
            methods: methodDescriptions,
            loopback,
            isAuthEnabled: () => auth.state.enabled,
            maxMessageLength: 2 * (maxRequestBytes + grpcOverheadBytes),
          }),
  });
  const access = { cors: options.cors ?? [], hostWhitelist: options.hostWhitelist ?? [] };
  const onTooMuchHeld = (): void => log.warn({ heldBytes: held.limitBytes }, tooMuchHeld);
  const { httpTimeouts } = options;
  const http = createHttp1Server({
    onRequest: controlAccess(access, endpoints.forClients),
    held,
    onTooMuchHeld,
    ...httpTimeouts,
  });
  const metricsHttp = createHttp1Server({
    onRequest: endpoints.forScrapers,
    held,
    onTooMuchHeld,
    ...httpTimeouts,
  });
  // With URLs of their own for HTTP, the others are gRPC's alone.
  const refuse = (socket: Socket): void => void socket.destroy();
  const http1 = httpListeners.length > 0 ? refuse : http.serve;
  clients.serve((connection) => splitProtocols(connection, { http1, http2: grpc.inject }));
  httpClients.serve((connection) => splitProtocols(connection, { http1: http.serve, http2: refuse }));
  scrapers.serve(metricsHttp.serve);
  const clientUrls = listeners.map(({ url }) => url);
  log.info({ clientUrls, name: options.name ?? 'default', version }, 'ready to serve client requests');

  const compacting =
    options.autoCompaction === undefined
      ? undefined
      : startAutoCompaction(new AutoCompactor(store, options.autoCompaction), log);

  const drainMs = options.drainMs ?? 5000;
  let closed: Promise<void> | undefined;
  return {
    clientUrls,
    clientHttpUrls: httpListeners.map(({ url }) => url),
    metricsUrls: metricsListeners.map(({ url }) => url),
    client: () => createInProcessClient(services, { counts, logRequest }),
    maintenance: () => createInProcessMaintenance(services, { counts, logRequest }),
    close: () =>
      (closed ??= (async () => {
        clearInterval(compacting);
        const stopped = stopListening();
        http.close();
        metricsHttp.close();
        loopback.close();
        services.watch.stop();
        await grpc.close(drainMs);
        disconnect();
        await stopped;
        await auth.close();
        await opened.close();
      })()),
  };
}

/** Runs until its timer is cleared. */
function startAutoCompaction(compactor: AutoCompactor, log: Logger): NodeJS.Timeout {
  const tick = async (): Promise<void> => {
    try {
      const revision = await compactor.tick(performance.now());
      if (revision !== undefined) log.info({ revision }, 'compacted by itself');
    } catch (error) {
      log.warn({ err: error }, 'cannot compact by itself now');
    }
  };
  return setInterval(() => void tick(), compactor.tickMs).unref();
}
