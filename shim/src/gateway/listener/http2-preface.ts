import type { Socket } from 'node:net';
import { replaceAuthority } from './hpack-authority.ts';

const prefaceLength = 24;
const frameHeaderLength = 9;
const frameType = { headers: 1, settings: 4 } as const;
const flag = { ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;
/** A SETTINGS frame without settings. */
const emptySettings = Buffer.from('000000040000000000', 'hex');
/**
 * A connection without a request is handed over after this long, so that it gets pings and settings as others
 * do.
 */
const firstRequestTimeoutMs = 500;
/** A client that does not acknowledge settings for this long does not speak HTTP/2. */
const acknowledgementTimeoutMs = 10_000;
/**
 * More than a client may send before it has the server's settings: the first flow-control window and some
 * headers.
 */
const longestPreface = 128 * 1024;

/**
 * Exchanges settings on a plain-text HTTP/2 connection, then hands it to the server, with all bytes put back.
 *
 * Clients of etcd 3.4 that speak to one named endpoint (`etcdctl endpoint status`) send the endpoint's URL as
 * `:authority`: `http://127.0.0.1:2379`. etcd ignores it; Node's HTTP/2 refuses such a request as malformed
 * before any handler sees it. So the first request is corrected before the server reads it. A client waits
 * for the server's settings before it asks, so they are sent from here, and the acknowledgement of these is
 * taken out again, as the server did not send them:
 *
 *     client                     here                       server
 *     preface, SETTINGS   ──►
 *                         ◄──    SETTINGS (empty)
 *     ACK, HEADERS        ──►    no ACK, HEADERS'    ──►    preface, SETTINGS, HEADERS' …
 *
 * Later requests name the authority by its place in the table of the connection, where the repaired one
 * stands.
 */
export function exchangePreface(connection: Socket, seen: Buffer, serve: (connection: Socket) => void): void {
  let bytes = seen;
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    read();
  }, firstRequestTimeoutMs).unref();
  const tooLate = setTimeout(() => connection.destroy(), acknowledgementTimeoutMs).unref();
  connection.once('close', stop);
  connection.on('readable', read);
  connection.write(emptySettings);
  read();

  function stop(): void {
    clearTimeout(late);
    clearTimeout(tooLate);
    connection.off('readable', read);
    connection.off('close', stop);
  }

  function read(): void {
    for (let chunk: Buffer | null; (chunk = connection.read() as Buffer | null) !== null;) {
      bytes = Buffer.concat([bytes, chunk]);
    }
    const { ack, headers } = survey(bytes);
    if (bytes.length > longestPreface) connection.destroy();
    else if (ack !== undefined && (headers !== undefined || isLate)) handOver();
  }

  function handOver(): void {
    stop();
    if (connection.destroyed) return;
    connection.unshift(repaired(bytes));
    serve(connection);
  }
}

interface Frame {
  at: number;
  end: number;
  type: number;
  flags: number;
}

/** The first acknowledgement of settings and the first headers, where they have come whole. */
function survey(bytes: Buffer): { ack: Frame | undefined; headers: Frame | undefined } {
  let ack: Frame | undefined;
  let headers: Frame | undefined;
  for (let at = prefaceLength; at + frameHeaderLength <= bytes.length;) {
    const end = at + frameHeaderLength + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const frame: Frame = { at, end, type: bytes.readUInt8(at + 3), flags: bytes.readUInt8(at + 4) };
    if (frame.type === frameType.settings && (frame.flags & flag.ack) !== 0) ack ??= frame;
    if (frame.type === frameType.headers) headers ??= frame;
    at = end;
  }
  return { ack, headers };
}

/**
 * The bytes without the acknowledgement of our settings, and with the authority of the first request in
 * order.
 */
function repaired(bytes: Buffer): Buffer {
  const { ack, headers } = survey(bytes);
  const changes: { at: number; end: number; by: Buffer }[] = [];
  if (ack !== undefined) changes.push({ at: ack.at, end: ack.end, by: Buffer.alloc(0) });
  const frame = headers === undefined ? undefined : repairedHeaders(bytes.subarray(headers.at, headers.end));
  if (headers !== undefined && frame !== undefined)
    changes.push({ at: headers.at, end: headers.end, by: frame });
  changes.sort((left, right) => left.at - right.at);
  const parts: Buffer[] = [];
  let done = 0;
  for (const { at, end, by } of changes) {
    parts.push(bytes.subarray(done, at), by);
    done = end;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

/** A HEADERS frame with a repaired block; undefined where there is nothing to repair. */
function repairedHeaders(frame: Buffer): Buffer | undefined {
  const flags = frame.readUInt8(4);
  if ((flags & flag.endHeaders) === 0 || (flags & flag.padded) !== 0) return undefined;
  const blockAt = frameHeaderLength + ((flags & flag.priority) === 0 ? 0 : 5);
  const block = replaceAuthority(frame.subarray(blockAt), authorityOf);
  if (block === undefined) return undefined;
  const whole = Buffer.concat([frame.subarray(0, blockAt), block]);
  whole.writeUIntBE(whole.length - frameHeaderLength, 0, 3);
  return whole;
}

/** What of an endpoint's URL is its authority (RFC 3986, section 3.2); anything else stays. */
function authorityOf(text: string): string {
  const [, host] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text) ?? [];
  if (host === undefined) return text;
  return host === '' ? 'localhost' : host;
}
