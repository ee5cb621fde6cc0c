import type { ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { Handler, HttpRequest, HttpResponse } from '../http/request-context.ts';
import { ServerRequest } from '../http/server-request.ts';
import { sendError, sendText } from '../http/respond.ts';
import { StartError } from './start-error.ts';
import { UnsentResponses } from '../http/unsent-responses.ts';
import type { UnsentLimits, UnsentTotal } from '../http/unsent-responses.ts';

type Pem = string | Buffer;

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
  now?: () => number;
}

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
const idleTimeoutMs = 90_000;
const headersTimeoutMs = 32_000;

/**
 * Starts the one port that speaks HTTP/2 and HTTP/1.1 over TLS. Rejects where the address cannot be taken.
 */
export async function startHttpsServer(options: HttpsServerOptions): Promise<HttpsServer> {
  const { bindAddress, port, log, now = Date.now } = options;
  const server = createServer(options);
  const underWay = new Set<ServerRequest>();
  const unsent = new UnsentResponses(options.unsentLimits, options.unsentTotal);
  const connections = trackConnections(server, log, options.idleTimeoutMs ?? idleTimeoutMs);
  let closing: Promise<void> | undefined;
  let drained: (() => void) | undefined;

  server.on('request', (request: HttpRequest, response: HttpResponse) => {
    let context: ServerRequest;
    try {
      context = new ServerRequest({ request, response, log, receivedAt: now(), unsent });
    } catch {
      refuse(response as ServerResponse);
      return;
    }
    // RFC 9110, 9.3.7: a question to the server itself, which Go's answers below all handlers.
    if (context.url.pathname === '*' && request.method === 'OPTIONS') {
      response.end();
      return;
    }
    underWay.add(context);
    response.on('finish', () => endUnread(request));
    response.on('close', () => {
      underWay.delete(context);
      if (!response.writableEnded) context.cancel(new Error('the client went away'));
      if (closing !== undefined) connections.endIdle(request.socket as Socket);
      if (underWay.size === 0) drained?.();
    });
    if (closing !== undefined) {
      // It came on a connection that was accepted before the port closed.
      void sendText(context, 503, 'apiserver is shutting down\n');
      return;
    }
    void answer(context);
  });

  async function answer(context: ServerRequest): Promise<void> {
    try {
      await options.handler(context);
    } catch (error) {
      log.error({ err: error, path: context.url.pathname }, 'request failed outside of its handler chain');
      await sendError(context, error).catch(() => context.response.end());
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: bindAddress, reusePort: options.reusePort ?? false }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log.error({ err: error }, 'https server'));
  server.on('clientError', (error: ParserError, socket: Socket) => {
    log.debug({ err: error }, 'no HTTP request');
    const { code, rawPacket } = error;
    const isRequest = rawPacket === undefined || requestLine.test(rawPacket.toString('latin1', 0, 4096));
    refuseConnection(socket, code === 'HPE_INVALID_METHOD' && !isRequest ? '' : code);
  });
  // To HTTP/1.1 this is a method like others that nothing here serves.
  server.on('connect', (request: unknown, socket: Socket | ServerHttp2Session) => {
    if ('write' in socket) refuseConnection(socket, 'HPE_INVALID_METHOD');
  });

  const address = server.address() as AddressInfo;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  async function drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    connections.goAway();
    for (const context of underWay) {
      if (context.longRunning) context.cancel(new Error('the server is shutting down'));
    }
    if (underWay.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => {
          drained = resolve;
        }),
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, options.drainTimeoutMs ?? 5000);
        }),
      ]);
      clearTimeout(timer);
    }
    for (const context of underWay) context.cancel(new Error('the server is shutting down'));
    connections.destroyAll();
    await closed;
  }

  return {
    port: address.port,
    url: `https://${host}:${address.port}`,
    inFlight: () => underWay.size,
    close() {
      closing ??= drain();
      return closing;
    },
  };
}

/**
 * How long the rest of a body is read that nobody wants any more, so that its sender sees the answer first.
 */
const lingerMs = 500;

/** Ends a connection of HTTP/1.1 whose request goes on after its answer: a body may take for ever. */
function endUnread(request: HttpRequest): void {
  if (request.complete || 'stream' in request) return;
  request.resume();
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, lingerMs);
  timer.unref();
}

interface ParserError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

const requestLine = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

const methodStatus = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the server does not allow this method on the requested resource',
  reason: 'MethodNotAllowed',
  details: {},
  code: 405,
});

/** Answers on a connection whose bytes are no request that Node's parser takes, and ends it. */
function refuseConnection(socket: Socket, code = ''): void {
  if (socket.destroyed || !socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, type, body] =
    code === 'HPE_INVALID_METHOD'
      ? ['405 Method Not Allowed', 'application/json', `${methodStatus}\n`]
      : code === 'HPE_HEADER_OVERFLOW'
        ? [
            '431 Request Header Fields Too Large',
            'text/plain; charset=utf-8',
            '431 Request Header Fields Too Large',
          ]
        : ['400 Bad Request', 'text/plain; charset=utf-8', '400 Bad Request'];
  // A request that did not arrive in time gets no answer, as from Go.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroy();
  else socket.end(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nConnection: close\r\n\r\n${body}`);
}

/** As Go's server answers what is no HTTP request. */
function refuse(response: ServerResponse): void {
  response.statusCode = 400;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end('400 Bad Request');
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

/** Closes a session that has had no streams for so long. */
function endWhenIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0;
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(() => {
      session.close();
      // Who does not answer the GOAWAY is not waited for.
      timer = setTimeout(() => session.destroy(), goAwayMs);
      timer.unref();
    }, idleMs);
    timer.unref();
  };
  session.on('stream', (stream) => {
    streams++;
    clearTimeout(timer);
    stream.once('close', () => {
      if (--streams === 0 && !session.closed) wait();
    });
  });
  session.once('close', () => clearTimeout(timer));
  wait();
}

const goAwayMs = 1000;

interface Connections {
  /** Tells every HTTP/2 peer that no new streams are welcome, and lets idle HTTP/1.1 connections go. */
  goAway(): void;
  /** Ends an HTTP/1.1 connection whose response was sent. */
  endIdle(socket: Socket): void;
  destroyAll(): void;
}

function trackConnections(server: Http2SecureServer, log: Logger, sessionIdleMs: number): Connections {
  const sockets = new Set<Socket>();
  // Also those that never get through a handshake.
  const raw = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'connection broke'));
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    endWhenIdle(session, sessionIdleMs);
    session.on('close', () => sessions.delete(session));
    session.on('error', (error) => log.debug({ err: error }, 'HTTP/2 session broke'));
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'TLS handshake failed');
    // Node leaves it open, also when its time for the handshake is over.
    socket.destroy();
  });
  return {
    goAway() {
      for (const session of sessions) session.close();
      (server as unknown as { closeIdleConnections?: () => void }).closeIdleConnections?.();
    },
    endIdle(socket) {
      if (sockets.has(socket)) socket.end();
    },
    destroyAll() {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      for (const socket of raw) socket.destroy();
    },
  };
}
