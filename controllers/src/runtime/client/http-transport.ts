import http from 'node:http';
import type http2 from 'node:http2';
import https from 'node:https';
import type { Readable } from 'node:stream';
import type tls from 'node:tls';
import { openHttp2 } from './open-http2.ts';

/** TLS material and names, as a kubeconfig has them. */
export type TlsOptions = Pick<
  tls.ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** One request. */
export interface HttpRequest {
  method: string;
  /** Path and query, below the server's own path prefix. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /**
   * Rejects, or destroys the response's body, when the server sends nothing for so long. Unset: no limit, as
   * for a watch.
   */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The answer to one request. */
export interface HttpResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Readable;
  /** Once the body has ended: whether the connection was lost before the end of the answer. */
  wasCut(): boolean;
}

/**
 * Sends requests to one server: over HTTP/2 on a single connection where the server offers it (ALPN), else
 * over HTTP/1.1 with keep-alive. A lost connection is opened again by the next request.
 */
export class HttpTransport {
  readonly #server: URL;
  /** The server's own path prefix. */
  readonly #prefix: string;
  readonly #tlsOptions: TlsOptions;
  readonly #agent: http.Agent;
  #session: Promise<http2.ClientHttp2Session | undefined> | undefined;
  #usesHttp1: boolean;
  #isClosed = false;

  constructor(server: URL, tlsOptions: TlsOptions) {
    const isSecure = server.protocol === 'https:';
    this.#server = server;
    this.#prefix = server.pathname.replace(/\/$/, '');
    this.#tlsOptions = tlsOptions;
    this.#agent = isSecure
      ? new https.Agent({ keepAlive: true, maxSockets: 256, ...tlsOptions })
      : new http.Agent({ keepAlive: true, maxSockets: 256 });
    this.#usesHttp1 = !isSecure;
  }

  /** Resolves when the answer's headers are there. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    if (this.#isClosed) throw new Error('the client is closed');
    request.signal?.throwIfAborted();
    const session = await this.#http2Session();
    const path = this.#prefix + request.path;
    if (session === undefined) return sendHttp1(this.#server, this.#agent, { ...request, path });
    const headers = { ':authority': this.#server.host, ...request.headers };
    return sendHttp2(session, { ...request, path, headers });
  }

  /** Ends every connection, and with it every request. */
  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
    this.#session?.then(
      (session) => session?.destroy(),
      () => undefined,
    );
  }

  /** The session, which is opened where there is none; undefined: the server has HTTP/1.1 only. */
  async #http2Session(): Promise<http2.ClientHttp2Session | undefined> {
    if (this.#usesHttp1) return undefined;
    this.#session ??= this.#open();
    const session = await this.#session;
    if (session === undefined || (!session.closed && !session.destroyed)) return session;
    this.#session = undefined;
    return this.#http2Session();
  }

  #open(): Promise<http2.ClientHttp2Session | undefined> {
    const forget = (): void => {
      if (this.#session === opening) this.#session = undefined;
    };
    const opening = openHttp2(this.#server, this.#tlsOptions).then((session) => {
      if (session === undefined) this.#usesHttp1 = true;
      // A server that stops finishes the requests in hand; the next ones need another session.
      session?.once('goaway', forget);
      session?.once('close', forget);
      return session;
    });
    opening.catch(forget);
    return opening;
  }
}

/** Sends one request as a stream of an HTTP/2 session. */
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

/** Sends one request over HTTP/1.1. */
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
