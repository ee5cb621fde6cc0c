import type { HistoryRow } from '../../mvcc/history-row.ts';
import { unloaded } from '../../mvcc/index/key-index.ts';
import type { TextRow } from '../connection/connection.ts';

/** The columns of a history row, in the order in which `decodeRow` wants them. */
export const historyColumns = 'revision, sub, create_revision, version, lease, tombstone, key, value';

/** A history row from text columns. A value that is NULL in a row that is no tombstone was not asked for. */
export function decodeRow(row: TextRow, first = 0): HistoryRow {
  const tombstone = row[first + 5] === 't';
  const value = row[first + 7];
  return {
    revision: Number(row[first]),
    sub: Number(row[first + 1]),
    createRevision: Number(row[first + 2]),
    version: Number(row[first + 3]),
    lease: row[first + 4] === '0' ? 0n : BigInt(row[first + 4] ?? 0),
    tombstone,
    key: decodeBytes(row[first + 6] ?? '').toString('latin1'),
    value: typeof value === 'string' ? decodeBytes(value) : tombstone ? noValue : unloaded,
  };
}

const noValue = new Uint8Array(0);

/** `\x…` to bytes. */
export function decodeBytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}

/**
 * An SQL expression that packs the rows of an ordered subquery, without their values, into one value, because
 * a million rows one by one would take the driver ten times as long:
 *
 *     int64 revision | int32 sub | int64 create | int64 version | int64 lease | bool tombstone
 *     | int32 length | key
 */
export const packedRows = `string_agg(
  int8send(revision) || int4send(sub) || int8send(create_revision) || int8send(version) || int8send(lease) ||
  boolsend(tombstone) || int4send(length(key)) || key, '')`;

const fixedBytes = 41;

/** Unpacks `packedRows`. Values are `unloaded`. */
export function* decodePackedRows(packed: Buffer): Generator<HistoryRow> {
  for (let at = 0; at < packed.length;) {
    const tombstone = packed[at + 36] === 1;
    const keyEnd = at + fixedBytes + packed.readUInt32BE(at + 37);
    yield {
      revision: readInt64(packed, at),
      sub: packed.readUInt32BE(at + 8),
      createRevision: readInt64(packed, at + 12),
      version: readInt64(packed, at + 20),
      lease: readLease(packed, at + 28),
      tombstone,
      key: packed.toString('latin1', at + fixedBytes, keyEnd),
      value: tombstone ? noValue : unloaded,
    };
    at = keyEnd;
  }
}

function readInt64(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

function readLease(buffer: Buffer, at: number): bigint {
  return buffer.readUInt32BE(at) === 0 && buffer.readUInt32BE(at + 4) === 0 ? 0n : buffer.readBigInt64BE(at);
}
