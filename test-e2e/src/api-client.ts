import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { join } from 'node:path';
import type { RunningPg8s } from './running-pg8s.ts';

/** What the API server answered. */
export interface ApiAnswer {
  code: number;
  contentType: string;
  body: Buffer;
}

export interface ApiRequest {
  method?: string;
  accept?: string;
  contentType?: string;
  body?: string | Uint8Array;
  /** Instead of the admin's certificate. */
  token?: string;
}

/** Speaks HTTP/2 to the API server, for what kubectl does not show: media types, codes, headers. */
export class ApiClient {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  /** Connected with the admin's certificate, or with none. */
  static async of(
    pg8s: Pick<RunningPg8s, 'dataDir'>,
    identity: 'admin' | 'nobody' = 'admin',
  ): Promise<ApiClient> {
    const file = (name: string): Promise<string> => readFile(join(pg8s.dataDir, name), 'utf8');
    const server = /server: (\S+)/.exec(await file('kubeconfig'))![1]!;
    const ca = await file('pki/ca.crt');
    const pair =
      identity === 'nobody' ? {} : { cert: await file('pki/admin.crt'), key: await file('pki/admin.key') };
    const session = connect(server, { ca, ...pair });
    session.on('error', () => undefined); // Each request hears of it.
    return new ApiClient(session);
  }

  async ask(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const {
      method = 'GET',
      accept = 'application/json',
      contentType = 'application/json',
      body,
      token,
    } = request;
    const stream = this.#session.request(
      {
        ':path': path,
        ':method': method,
        accept,
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      { endStream: body === undefined },
    );
    return new Promise((resolve, reject) => {
      let code = 0;
      let type = '';
      const chunks: Buffer[] = [];
      stream.on('response', (headers) => {
        code = Number(headers[':status']);
        type = headers['content-type'] ?? '';
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => resolve({ code, contentType: type, body: Buffer.concat(chunks) }));
      stream.end(body);
    });
  }

  /** JSON that must be answered with 200 or 201. */
  async json<T>(path: string, request: ApiRequest = {}): Promise<T> {
    const { code, body } = await this.ask(path, request);
    if (code !== 200 && code !== 201) {
      throw new Error(`${request.method ?? 'GET'} ${path}: ${code} ${body.toString()}`);
    }
    return JSON.parse(body.toString()) as T;
  }

  close(): void {
    this.#session.close();
  }
}
