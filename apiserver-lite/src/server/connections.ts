import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';

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

/** The open connections of a server. */
export interface Connections {
  /** Tells every HTTP/2 peer that no new streams are welcome, and lets idle HTTP/1.1 connections go. */
  goAway(): void;
  /** Ends an HTTP/1.1 connection whose response was sent. */
  endIdle(socket: Socket): void;
  destroyAll(): void;
}

/** How connections are followed. */
export interface ConnectionOptions {
  log: Logger;
  /** How long a session of HTTP/2 stays open without requests. */
  sessionIdleMs: number;
  /** Called for each handshake that failed. */
  handshakeFailed?: (() => void) | undefined;
}

/** Follows the connections of a server; those of HTTP/2 end when they are idle for `sessionIdleMs`. */
export function trackConnections(
  server: Http2SecureServer,
  { log, sessionIdleMs, handshakeFailed }: ConnectionOptions,
): Connections {
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
    handshakeFailed?.();
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
