import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { KeyPair } from './certificates.ts';

export interface TestResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  bytes: Buffer;
}

export interface TestRequest {
  path: string;
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string;
}

export interface TestClientOptions {
  port: number;
  ca: string;
  identity?: KeyPair;
}

/** One request over HTTP/1.1, on a connection of its own. */
export function requestHttp1(
  { port, ca, identity }: TestClientOptions,
  { path, method = 'GET', headers = {}, body }: TestRequest,
): Promise<TestResponse> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { host: '127.0.0.1', port, path, method, headers, ca, agent: false };
    const request = httpsRequest(Object.assign(options, identity), (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: bytes.toString(),
          bytes,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A client that speaks HTTP/2 on one connection. */
export class TestHttp2Client {
  readonly session: ClientHttp2Session;

  constructor({ port, ca, identity }: TestClientOptions) {
    this.session = connect(`https://127.0.0.1:${port}`, { ca, ...identity });
    this.session.on('error', () => undefined);
  }

  request({ path, method = 'GET', headers = {}, body }: TestRequest): Promise<TestResponse> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({ ':path': path, ':method': method, ...headers });
      const chunks: Buffer[] = [];
      let received: Record<string, string | string[] | undefined> = {};
      stream.on('response', (responseHeaders) => {
        received = responseHeaders as typeof received;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: Number(received[':status']), headers: received, text: bytes.toString(), bytes });
      });
      stream.end(body);
    });
  }

  close(): void {
    this.session.close();
  }
}
