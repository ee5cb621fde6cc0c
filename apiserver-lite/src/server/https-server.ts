import { createSecureServer } from 'node:http2';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Handler } from '../http/request-context.ts';
import { takeUpgrades } from '../http/web-socket.ts';
import type { UnsentLimits, UnsentTotal } from '../http/unsent-responses.ts';
import { trackConnections, type Connections } from './connections.ts';
import { refuseWhatIsNoRequest } from './refused-connection.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { takeStreams } from './take-streams.ts';
import { StartError } from './start-error.ts';

type Pem = string | Buffer;

/** How the server listens, and who answers. */
export interface HttpsServerOptions {
  bindAddress: string;
  /** 0: any free port. */
  port: number;
  cert: Pem;
  key: Pem;
  /** Default TLSv1.2. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's lists. Default: those of Node. */
  ciphers?: string;
  ecdhCurve?: string;
  /** Several servers may listen on the port (SO_REUSEPORT). */
  reusePort?: boolean;
  /** Default true; false: HTTP/1.1 only. */
  http2?: boolean;
  /** Most requests at once on an HTTP/2 connection. Default 250. */
  http2MaxStreams?: number;
  /**
   * Authorities of client certificates. A certificate is asked for only where this is set, and never
   * demanded.
   */
  clientCa?: Pem;
  handler: Handler;
  log: Logger;
  /** How long `close()` waits for requests under way. Default 5 s. */
  drainTimeoutMs?: number;
  /** What clients that do not read may cost. */
  unsentLimits?: UnsentLimits;
  /** What servers that share one limit have unsent. Default: a count of its own. */
  unsentTotal?: UnsentTotal;
  /**
   * How long clients may take for a TLS handshake (default 10 s), and for headers (default 32 s, as Go's
   * server here).
   */
  handshakeTimeoutMs?: number;
  headersTimeoutMs?: number;
  /** How long a connection without requests stays open. Default 90 s. */
  idleTimeoutMs?: number;
  /** Called for each TLS handshake that failed. */
  handshakeFailed?: () => void;
  now?: () => number;
}

/** A server that listens. */
export interface HttpsServer {
  readonly port: number;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** Requests under way, watches included. */
  inFlight(): number;
  /**
   * Takes no new connections, ends watches, lets other requests finish, then drops what remains after the
   * drain timeout. Resolves when every connection is gone.
   */
  close(): Promise<void>;
}

const maxHeaderBytes = 256 * 1024;
/**
 * What is unsent counts as memory of an HTTP/2 session, and Node refuses streams beyond 10 MB of it, less
 * than two large lists. How much may be unsent is what `UnsentLimits` say.
 */
const maxSessionMegabytes = 1024;
const idleTimeoutMs = 90_000;
const headersTimeoutMs = 32_000;

/**
 * Starts the one port that speaks HTTP/2 and HTTP/1.1 over TLS. Rejects where the address cannot be taken.
 */
export async function startHttpsServer(options: HttpsServerOptions): Promise<HttpsServer> {
  const { log } = options;
  const server = createServer(options);
  const connections = trackConnections(server, {
    log,
    sessionIdleMs: options.idleTimeoutMs ?? idleTimeoutMs,
    handshakeFailed: options.handshakeFailed,
  });
  const requests = new RequestsUnderWay(options, connections);
  takeStreams(server, (request, response) => requests.take(request, response));
  takeUpgrades(server, (request, response) => requests.take(request, response));
  await listen(server, options);
  server.on('error', (error) => log.error({ err: error }, 'https server'));
  refuseWhatIsNoRequest(server, log);
  const { address, family, port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `https://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    inFlight: () => requests.count,
    close: () => (closing ??= drain(server, { requests, connections })),
  };
}

async function listen(
  server: Http2SecureServer,
  { bindAddress, port, reusePort = false }: HttpsServerOptions,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: bindAddress, reusePort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function drain(
  server: Http2SecureServer,
  { requests, connections }: { requests: RequestsUnderWay; connections: Connections },
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.goAway();
  await requests.drain();
  connections.destroyAll();
  await closed;
}

function createServer(options: HttpsServerOptions): Http2SecureServer {
  const { cert, key, clientCa, ciphers, ecdhCurve } = options;
  try {
    return createSecureServer({
      allowHTTP1: true,
      ALPNProtocols: options.http2 === false ? ['http/1.1'] : ['h2', 'http/1.1'],
      cert,
      key,
      minVersion: options.minVersion ?? 'TLSv1.2',
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(ecdhCurve === undefined ? {} : { ecdhCurve }),
      // The certificate is judged by the stage `authenticate`, so that a wrong one is answered by a Status.
      rejectUnauthorized: false,
      ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true }),
      keepAliveTimeout: options.idleTimeoutMs ?? idleTimeoutMs,
      handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
      // Checked often enough that the timeouts below mean what they say.
      connectionsCheckingInterval: Math.min(5000, (options.headersTimeoutMs ?? headersTimeoutMs) / 2),
      headersTimeout: options.headersTimeoutMs ?? headersTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      maxSessionMemory: maxSessionMegabytes,
      settings: {
        maxConcurrentStreams: options.http2MaxStreams ?? 250,
        initialWindowSize: 256 * 1024,
        maxHeaderListSize: maxHeaderBytes,
      },
    } as Parameters<typeof createSecureServer>[0]);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartError(`the serving certificate, its key or the client CA cannot be used: ${text}`, {
      cause: error,
    });
  }
}
