import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { exchangePreface } from './http2-preface.ts';

/** What a connection turned out to speak. */
export interface Protocols {
  http1(connection: Socket): void;
  http2(connection: Socket): void;
}

/** How HTTP/2 begins: `PRI * HTTP/2.0`. No HTTP/1 method begins so (RFC 9113, section 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0');

/** A connection on which nothing is sent for this long is closed. */
const firstBytesTimeoutMs = 10_000;

/**
 * Distinguishes gRPC (HTTP/2) from plain HTTP on one port: by what TLS agreed on, otherwise by the first
 * bytes, which are put back for the server that takes the connection.
 */
export function splitProtocols(connection: Socket, protocols: Protocols): void {
  const agreed = (connection as Partial<TLSSocket>).alpnProtocol;
  if (agreed === 'h2') return protocols.http2(connection);
  if (agreed === 'http/1.1') return protocols.http1(connection);

  const onTimeout = (): void => void connection.destroy();
  const timer = setTimeout(onTimeout, firstBytesTimeoutMs).unref();
  const onError = (): void => clearTimeout(timer);
  connection.once('error', onError);
  connection.once('close', onError);
  let seen: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    for (let chunk: Buffer | null; (chunk = connection.read() as Buffer | null) !== null;) {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    }
    if (seen.length === 0) return;
    const length = Math.min(seen.length, preface.length);
    const maybeHttp2 = seen.subarray(0, length).equals(preface.subarray(0, length));
    if (maybeHttp2 && length < preface.length) return;
    clearTimeout(timer);
    connection.off('readable', onReadable);
    connection.off('error', onError);
    connection.off('close', onError);
    if (maybeHttp2) {
      exchangePreface(connection, seen, protocols.http2);
    } else {
      connection.unshift(seen);
      protocols.http1(connection);
    }
  };
  connection.on('readable', onReadable);
}

/**
 * Chooses for a TLS client: gRPC clients offer h2 alone, while those that offer HTTP/1.1 too (browsers, curl,
 * Go's net/http) want the HTTP endpoints.
 */
export function chooseProtocol({ protocols }: { protocols: string[] }): string | undefined {
  if (protocols.includes('http/1.1')) return 'http/1.1';
  return protocols.includes('h2') ? 'h2' : undefined;
}
