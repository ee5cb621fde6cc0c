import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HeldMemory, Holder } from '../rpc/connection/held-memory.ts';

/** HTTP/1 over connections that somebody else accepted. */
export interface Http1Server {
  serve(connection: Socket): void;
  /** Ends the connections that wait for a request. */
  close(): void;
}

export interface Http1ServerOptions {
  onRequest: RequestListener;
  held: HeldMemory;
  /** Called when a connection is ended for what is held for it. */
  onTooMuchHeld: () => void;
  /** A connection on which nothing moves for so long is closed. Default: 2 minutes. */
  idleTimeoutMs?: number | undefined;
  /** The headers of a request may take so long. Default: 10 s, as a TLS handshake. */
  headersTimeoutMs?: number | undefined;
  /** The body of a request may take so long, unless it is endless. Default: 1 minute. */
  bodyTimeoutMs?: number | undefined;
}

/** What waits behind an answer in parts that is not read: the gateway's gRPC stream, at most. */
const backlogBytes = 1 << 20;

const bodyTimers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** The body of this request is a stream of requests: it may take as long as it likes. */
export function allowEndlessBody(request: IncomingMessage): void {
  clearTimeout(bodyTimers.get(request));
}

/** Serves HTTP/1 to clients that may be slow, or ask for more than they read. */
export function createHttp1Server(options: Http1ServerOptions): Http1Server {
  const { held, onRequest, onTooMuchHeld } = options;
  const headersTimeoutMs = options.headersTimeoutMs ?? 10_000;
  const bodyTimeoutMs = options.bodyTimeoutMs ?? 60_000;
  const holders = new WeakMap<Socket, Holder>();
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      // Node's own is for endless bodies too.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(headersTimeoutMs / 4, 1000),
    },
    (request, response) => {
      limitBody(request, response, bodyTimeoutMs);
      const holder = holders.get(request.socket);
      if (holder !== undefined) countAnswer(response, holder);
      onRequest(request, response);
    },
  );
  server.timeout = options.idleTimeoutMs ?? 120_000;
  // It never listens itself, but only then does Node begin to look for headers that are late.
  server.emit('listening');
  return {
    serve(connection) {
      const holder = held.hold(() => {
        onTooMuchHeld();
        connection.destroy();
      });
      if (holder === undefined) return;
      holders.set(connection, holder);
      connection.once('close', () => holder.release());
      server.emit('connection', connection);
    },
    close: () => void server.close(),
  };
}

function limitBody(request: IncomingMessage, response: ServerResponse, timeoutMs: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (request.complete || request.socket.destroyed) return;
    if (response.headersSent) return void request.socket.destroy();
    response.writeHead(408, { Connection: 'close', 'Content-Length': 0 });
    response.end(() => request.socket.destroy());
  }, timeoutMs).unref();
  bodyTimers.set(request, timer);
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => {
    if (request.complete || request.socket.destroyed) clearTimeout(timer);
  });
}

/** Counts what of an answer has not left. */
function countAnswer(response: ServerResponse, holder: Holder): void {
  let counted = 0;
  let isClosed = false;
  const recount = (): void => {
    const isWaiting = response.writableNeedDrain && !response.writableEnded;
    const bytes = isClosed ? 0 : response.writableLength + (isWaiting ? backlogBytes : 0);
    const change = bytes - counted;
    counted = bytes;
    holder.add(change);
  };
  for (const name of ['write', 'end'] as const) {
    const original = response[name].bind(response) as (...args: unknown[]) => never;
    response[name] = (...args: unknown[]): never => {
      const result = original(...args);
      recount();
      return result;
    };
  }
  response.on('drain', recount);
  response.once('close', () => {
    isClosed = true;
    recount();
  });
}
