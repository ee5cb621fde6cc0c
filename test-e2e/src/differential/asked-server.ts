import { type ClientHttp2Session, connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { messagesIn } from './web-socket-messages.ts';

/** A request that is sent to both servers. */
export interface AskedRequest {
  method?: string;
  /** With its query, as it goes over the wire. */
  path: string;
  /** A list is sent as several headers of that name. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON. */
  body?: string | Uint8Array | object;
  /** Of a user in `tokens`; default the administrator's. null: no credentials. */
  token?: string | null;
  /** The answer is read for so long, then the request is cut off: for watches. */
  forMs?: number;
}

/** What a server answered. */
export interface Answer {
  code: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** How requests reach a server. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** One of the two API servers that are compared. */
export interface AskedServer {
  readonly name: 'pg8s' | 'stock';
  readonly port: number;
  /** The file of `--client-ca-file`. */
  readonly clientCaFile: string;
  ask(request: AskedRequest, protocol: Protocol): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * Users of both servers: `admin` is in `system:masters`, `user` may do nothing, and each of the others may do
 * what the family named after them lets them.
 */
export const tokens = {
  admin: 'admin-token',
  user: 'user-token',
  impersonator: 'impersonator-token',
  constrained: 'constrained-token',
  binder: 'binder-token',
  reviewer: 'reviewer-token',
  policer: 'policer-token',
  signer: 'signer-token',
} as const;

/** The users of `tokens`, in the form of `--token-auth-file`. */
export const tokenFile = Object.entries(tokens)
  .map(([name, token]) =>
    [token, name, `${name}-uid`, ...(name === 'admin' ? ['system:masters'] : [])].join(','),
  )
  .join('\n');

/** Requests over one protocol. */
interface Transport {
  ask(request: AskedRequest): Promise<Answer>;
  close(): void;
}

interface Prepared {
  method: string;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
}

function prepare({ method, headers = {}, body, token = tokens.admin }: AskedRequest): Prepared {
  const bytes =
    body === undefined
      ? undefined
      : Buffer.from(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(bytes === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(bytes.byteLength) }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : [...value],
        ]),
      ),
    },
    body: bytes,
  };
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** Both protocols to a port of this machine; certificates are not checked. */
export function transportsTo(port: number): Record<Protocol, Transport> {
  return { 'HTTP/1.1': http1(port), 'HTTP/2': http2(port) };
}

/** HTTP/1.1 with kept connections. */
function http1(port: number): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });
  return {
    close: () => agent.destroy(),
    ask: (asked) =>
      new Promise((resolve, reject) => {
        const { method, headers, body } = prepare(asked);
        const request = httpsRequest(
          { host: '127.0.0.1', port, path: asked.path, method, headers, agent },
          (response) => {
            const pieces: Buffer[] = [];
            const finish = () =>
              resolve({
                code: response.statusCode ?? 0,
                headers: plainHeaders(response.headers),
                body: Buffer.concat(pieces),
              });
            response.on('data', (piece: Buffer) => pieces.push(piece));
            response.on('end', finish);
            response.on('error', finish);
            if (asked.forMs !== undefined) {
              setTimeout(() => {
                finish();
                response.destroy();
              }, asked.forMs).unref();
            }
          },
        );
        request.on('upgrade', ({ statusCode = 0, headers: answered }, socket, head) => {
          const pieces: Buffer[] = [head];
          const finish = () =>
            resolve({
              code: statusCode,
              headers: plainHeaders(answered),
              body: messagesIn(Buffer.concat(pieces)),
            });
          socket.on('data', (piece: Buffer) => pieces.push(piece));
          socket.on('error', finish);
          socket.on('close', finish);
          setTimeout(() => socket.destroy(), asked.forMs).unref();
        });
        request.on('error', reject);
        request.end(body);
      }),
  };
}

/** HTTP/2 over one connection. */
function http2(port: number): Transport {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      session.on('error', () => undefined); // Each request hears of it.
    }
    return session;
  };
  return {
    close: () => session?.destroy(),
    ask: (asked) =>
      new Promise((resolve, reject) => {
        const { method, headers, body } = prepare(asked);
        const stream = open().request(
          { ':method': method, ':path': asked.path, ...headers },
          { endStream: body === undefined },
        );
        const pieces: Buffer[] = [];
        let code = 0;
        let answered: Record<string, string> = {};
        stream.on('response', (fields) => {
          code = Number(fields[':status']);
          answered = plainHeaders(fields as IncomingHttpHeaders);
          delete answered[':status'];
        });
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('error', reject);
        stream.on('end', () => resolve({ code, headers: answered, body: Buffer.concat(pieces) }));
        if (asked.forMs !== undefined) {
          setTimeout(() => {
            resolve({ code, headers: answered, body: Buffer.concat(pieces) });
            stream.close();
          }, asked.forMs).unref();
        }
        if (body !== undefined) stream.end(body);
      }),
  };
}
