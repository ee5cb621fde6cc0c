import { Readable, Writable } from 'node:stream';
import { pino } from 'pino';
import { isLongRunning, requestInfoOf } from '../../filters/request-info.ts';
import type { HttpResponse } from '../http-response.ts';
import type { HttpRequest, RequestInfo, UserInfo } from '../request-context.ts';
import { ServerRequest } from '../server-request.ts';

export interface FakeRequest {
  method?: string;
  url?: string;
  /** Names in lower case; a list stands for repeated header lines. */
  headers?: Record<string, string | readonly string[]>;
  user?: UserInfo;
  body?: string | Uint8Array;
  receivedAt?: number;
}

/** A response that keeps what was written to it. */
export class FakeResponse extends Writable {
  statusCode = 200;
  headersSent = false;
  readonly headers: Record<string, number | string | readonly string[]> = {};
  readonly #chunks: Buffer[] = [];

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.headers[name.toLowerCase()] = value;
    return this;
  }

  getHeader(name: string): number | string | readonly string[] | undefined {
    return this.headers[name.toLowerCase()];
  }

  removeHeader(name: string): void {
    delete this.headers[name.toLowerCase()];
  }

  writeHead(statusCode: number, headers: Record<string, string> = {}): this {
    this.statusCode = statusCode;
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    this.headersSent = true;
    return this;
  }

  flushHeaders(): void {
    this.headersSent = true;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.headersSent = true;
    this.#chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.headersSent = true;
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** A request and its response without a network, for tests of what stands behind the server. */
export function fakeExchange({
  method = 'GET',
  url = '/',
  headers = {},
  user,
  body = '',
  receivedAt = 0,
}: FakeRequest = {}): { context: ServerRequest; response: FakeResponse } {
  const response = new FakeResponse();
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).flatMap((line) => [name, line]),
  );
  const joined = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(', '),
    ]),
  );
  const request = Object.assign(Readable.from(body.length === 0 ? [] : [Buffer.from(body as string)]), {
    method,
    url,
    headers: joined,
    rawHeaders,
    socket: {},
  });
  const context = new ServerRequest({
    request: request as unknown as HttpRequest,
    response: response as unknown as HttpResponse,
    log: pino({ level: 'silent' }),
    receivedAt,
  });
  const info: RequestInfo = requestInfoOf(method, context.url);
  context.requestInfo = info;
  context.longRunning = isLongRunning(info);
  if (user !== undefined) context.user = user;
  return { context, response };
}
