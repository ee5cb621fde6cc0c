import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { HttpResponse, ResponseEvent } from './http-response.ts';

/**
 * A request of HTTP/2, with what of Node's IncomingMessage is used here. Node's own compatible objects cost
 * as much as the streams that they stand for, and end each response by empty trailers: a turn of the event
 * loop and a write later than the body.
 */
export class Http2Request {
  /** Its body is read from here. */
  readonly stream: ServerHttp2Stream;
  readonly session: ServerHttp2Session;
  /** Pseudo headers included. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turns, as they came. */
  readonly rawHeaders: string[];

  /** Of a stream whose session is still there. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: string[]) {
    this.stream = stream;
    this.session = stream.session as ServerHttp2Session;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    // What went wrong is seen by its end; an error that nobody listens to would end the process.
    stream.on('error', () => undefined);
  }

  get method(): string {
    return this.headers[':method'] ?? '';
  }

  get url(): string | undefined {
    return this.headers[':path'];
  }

  /** The socket of the connection. */
  get socket(): Socket {
    return this.session.socket as Socket;
  }

  /** The client gave up before it had sent all, or seen all. */
  get aborted(): boolean {
    return this.stream.aborted;
  }
}

/** A response of HTTP/2, with what of Node's ServerResponse is used here. */
export class Http2Response implements HttpResponse {
  statusCode = 200;
  #ended = false;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: OutgoingHttpHeaders = {};
  #atEnd: (() => void)[] = [];

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
    stream.once('close', () => {
      const listeners = this.#atEnd;
      this.#atEnd = [];
      for (const listener of listeners) listener();
    });
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  /** `end` was called. */
  get writableEnded(): boolean {
    return this.#ended;
  }

  setHeader(name: string, value: number | string | readonly string[]): void {
    if (this.#stream.headersSent) throw new Error(`too late to set the header ${name}`);
    this.#headers[name.toLowerCase()] = value as number | string | string[];
  }

  getHeader(name: string): number | string | string[] | undefined {
    return this.#headers[name.toLowerCase()];
  }

  removeHeader(name: string): void {
    if (this.#stream.headersSent) throw new Error(`too late to remove the header ${name}`);
    delete this.#headers[name.toLowerCase()];
  }

  flushHeaders(): void {
    if (!this.#stream.headersSent) this.#respond(false);
  }

  write(chunk: Uint8Array | string): boolean {
    this.flushHeaders();
    // The stream of a HEAD has ended before it began; that of a client that went away, too.
    if (this.#stream.writableEnded) return false;
    return this.#stream.write(chunk);
  }

  end(chunk?: Uint8Array | string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#stream.headersSent) this.#respond(chunk === undefined);
    if (!this.#stream.writableEnded) this.#stream.end(chunk);
  }

  /** The client sees that it has not got all (INTERNAL_ERROR), as from Go's server. */
  destroy(): void {
    this.#stream.destroy(new Error('the response was cut off'));
  }

  /** `finish` and `close` come one after the other, when the stream is closed. */
  on(event: ResponseEvent, listener: () => void): this {
    if (event === 'drain') this.#stream.on('drain', listener);
    else this.#atEnd.push(listener);
    return this;
  }

  once(event: ResponseEvent, listener: () => void): this {
    if (event === 'drain') this.#stream.once('drain', listener);
    else this.#atEnd.push(listener);
    return this;
  }

  off(event: ResponseEvent, listener: () => void): this {
    if (event === 'drain') this.#stream.off('drain', listener);
    else this.#atEnd = this.#atEnd.filter((other) => other !== listener);
    return this;
  }

  #respond(endStream: boolean): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    this.#headers[constants.HTTP2_HEADER_STATUS] = this.statusCode;
    stream.respond(this.#headers, { endStream });
  }
}
