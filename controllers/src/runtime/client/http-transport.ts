import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import type { Readable } from 'node:stream';
import tls from 'node:tls';

/** TLS material and names, as a kubeconfig has them. */
export type TlsOptions = Pick<
  tls.ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

export interface HttpRequest {
  method: string;
  /** Path and query, below the server's own path prefix. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Rejects, or destroys the response's body, when the server is silent for so long. Unset: a watch waits for ever. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Readable;
  /** Once the body has ended: whether that was the end of the connection and not of the answer. */
  wasCut(): boolean;
}

/** Sends requests over kept connections. */
export interface HttpTransport {
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

// As client-go: an HTTP/2 connection that is silent for 30 s is asked, and has 15 s to answer.
const pingAfterMs = 30_000;
const pingTimeoutMs = 15_000;
const windowBytes = 8 * 1024 * 1024;

/**
 * A transport to one server: HTTP/2 on a single connection where the server offers it (ALPN), else HTTP/1.1 with
 * keep-alive. A lost connection is opened again by the next request.
 */
export function createHttpTransport(server: URL, tlsOptions: TlsOptions): HttpTransport {
  const prefix = server.pathname.replace(/\/$/, '');
  const secure = server.protocol === 'https:';
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 256, ...tlsOptions })
    : new http.Agent({ keepAlive: true, maxSockets: 256 });
  let session: Promise<http2.ClientHttp2Session | undefined> | undefined;
  let speaksHttp1 = !secure;
  let closed = false;

  function connect(): Promise<http2.ClientHttp2Session | undefined> {
    return new Promise((resolve, reject) => {
      const host = server.hostname.replace(/^\[|\]$/g, '');
      const socket = tls.connect({
        host,
        port: server.port === '' ? 443 : Number(server.port),
        ALPNProtocols: ['h2', 'http/1.1'],
        ...(net.isIP(host) ? {} : { servername: host }),
        ...tlsOptions,
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`connection to ${server.host} was closed`)));
      socket.once('secureConnect', () => {
        socket.setNoDelay(true);
        if (socket.alpnProtocol !== 'h2') {
          socket.destroy();
          speaksHttp1 = true;
          return resolve(undefined);
        }
        const opened = http2.connect(server.origin, {
          createConnection: () => socket,
          settings: { initialWindowSize: windowBytes, enablePush: false },
        });
        opened.on('error', () => opened.destroy());
        opened.once('connect', () => {
          opened.setLocalWindowSize(windowBytes * 4);
          resolve(opened);
        });
        const forget = () => {
          clearInterval(heartbeat);
          session = undefined;
        };
        opened.once('goaway', () => {
          session = undefined;
        });
        opened.once('close', forget);
        const heartbeat = setInterval(() => {
          const patience = setTimeout(() => opened.destroy(new Error('the server is silent')), pingTimeoutMs);
          const asked = !opened.destroyed && opened.ping(() => clearTimeout(patience));
          if (!asked) clearTimeout(patience);
        }, pingAfterMs);
        heartbeat.unref();
        opened.unref();
      });
    });
  }

  async function http2Session(): Promise<http2.ClientHttp2Session | undefined> {
    if (speaksHttp1) return undefined;
    session ??= connect().catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    const opened = await session;
    if (!opened || (!opened.closed && !opened.destroyed)) return opened;
    session = undefined;
    return http2Session();
  }

  return {
    async send(request) {
      if (closed) throw new Error('the client is closed');
      request.signal?.throwIfAborted();
      const opened = await http2Session();
      const path = prefix + request.path;
      return opened
        ? sendHttp2(opened, { ...request, path, headers: { ':authority': server.host, ...request.headers } })
        : sendHttp1(server, agent, { ...request, path });
    },
    close() {
      closed = true;
      agent.destroy();
      session?.then(
        (opened) => opened?.destroy(),
        () => undefined,
      );
    },
  };
}

function sendHttp2(session: http2.ClientHttp2Session, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':method': request.method, ':path': request.path, ...request.headers },
      { endStream: request.body === undefined, ...(request.signal ? { signal: request.signal } : {}) },
    );
    if (request.timeoutMs !== undefined)
      stream.setTimeout(request.timeoutMs, () => stream.destroy(new Error('request timed out')));
    stream.once('response', (headers) => {
      resolve({
        status: headers[':status'] ?? 0,
        headers: headers as http.IncomingHttpHeaders,
        body: stream,
        wasCut: () => (stream.rstCode ?? 0) !== 0,
      });
    });
    stream.on('error', reject);
    stream.once('close', () => reject(new Error('the connection was lost before the answer')));
    if (request.body !== undefined) stream.end(request.body);
  });
}

function sendHttp1(server: URL, agent: http.Agent, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const send = server.protocol === 'https:' ? https.request : http.request;
    const headers: Record<string, string | number> = { ...request.headers };
    if (request.body !== undefined) headers['content-length'] = Buffer.byteLength(request.body);
    const sent = send(
      {
        agent,
        host: server.hostname.replace(/^\[|\]$/g, ''),
        port: server.port === '' ? undefined : server.port,
        method: request.method,
        path: request.path,
        headers,
        ...(request.signal ? { signal: request.signal } : {}),
      },
      (response) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: response,
          wasCut: () => !response.complete,
        }),
    );
    if (request.timeoutMs !== undefined)
      sent.setTimeout(request.timeoutMs, () => sent.destroy(new Error('request timed out')));
    sent.on('error', reject);
    sent.end(request.body);
  });
}
