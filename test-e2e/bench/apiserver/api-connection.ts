import type { HeaderField } from './header-encoder.ts';
import { type Body, Http2Connection } from './http2-connection.ts';

/** What a watch tells. */
export interface WatchHandlers {
  /** So many further events. */
  events: (count: number) => void;
  /** For each event whose object says so: what its annotation `example.com/sent` has. */
  sentAt?: (ms: number) => void;
  end: (error: Error | undefined) => void;
}

const newline = 0x0a;
const statusHead = Buffer.from('{"kind":"Status"');
const json = 'application/json';

/**
 * A connection to an API server with a user's token, as kubectl and operators have: everything is JSON.
 * Whatever is not answered by an object of the API rejects with the answer.
 */
export class ApiConnection {
  readonly #http: Http2Connection;
  readonly #credentials: readonly HeaderField[];

  private constructor(http: Http2Connection, token: string) {
    this.#http = http;
    this.#credentials = [
      ['authorization', `Bearer ${token}`],
      ['user-agent', 'bench/v1.0.0 (linux/amd64)'],
      ['accept', json],
    ];
  }

  static async open(port: number, token: string): Promise<ApiConnection> {
    return new ApiConnection(await Http2Connection.open(port), token);
  }

  async create(path: string, object: object): Promise<void> {
    await this.#send('POST', path, json, object);
  }

  /** Whether it was absent. */
  async createIfAbsent(path: string, object: object): Promise<boolean> {
    try {
      await this.create(path, object);
      return true;
    } catch (error) {
      if (String(error).includes('"reason":"AlreadyExists"')) return false;
      throw error;
    }
  }

  async patch(path: string, contentType: string, patch: object): Promise<void> {
    await this.#send('PATCH', path, contentType, patch);
  }

  async get(path: string): Promise<void> {
    good(await this.#http.request({ method: 'GET', path, headers: this.#credentials }));
  }

  async getJson<T>(path: string): Promise<T> {
    const { chunks } = good(await this.#http.request({ method: 'GET', path, headers: this.#credentials }));
    return JSON.parse(String(Buffer.concat(chunks))) as T;
  }

  /** The body as it came, compressed if asked for. */
  async list(path: string, gzip: boolean): Promise<Body> {
    const coding: HeaderField[] = gzip ? [['accept-encoding', 'gzip']] : [];
    return good(
      await this.#http.request({ method: 'GET', path, headers: [...this.#credentials, ...coding] }),
    );
  }

  watch(path: string, { events, sentAt, end }: WatchHandlers): void {
    let text = '';
    this.#http.stream(
      { method: 'GET', path, headers: this.#credentials },
      {
        end,
        data: (chunk) => {
          let count = 0;
          for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) count++;
          if (sentAt !== undefined) {
            const lines = (text + chunk.toString('latin1')).split('\n');
            text = lines.pop() ?? '';
            for (const line of lines) {
              const [, ms] = /"example\.com\/sent":"([\d.]+)"/.exec(line) ?? [];
              if (ms !== undefined) sentAt(Number(ms));
            }
          }
          if (count > 0) events(count);
        },
      },
    );
  }

  close(): void {
    this.#http.close();
  }

  async #send(method: 'POST' | 'PATCH', path: string, contentType: string, object: object): Promise<void> {
    const body = Buffer.from(JSON.stringify(object));
    const headers: HeaderField[] = [...this.#credentials, ['content-type', contentType]];
    good(await this.#http.request({ method, path, headers, body }));
  }
}

function good(body: Body): Body {
  const first = body.chunks[0] ?? Buffer.alloc(0);
  const isGood = first.length > 0 && !first.subarray(0, statusHead.length).equals(statusHead);
  if (isGood) return body;
  throw new Error(`the server answered ${String(Buffer.concat(body.chunks)).slice(0, 500) || 'nothing'}`);
}
