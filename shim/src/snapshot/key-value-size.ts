import type { RowSize } from '../mvcc/moment-port.ts';

/**
 * Bytes that a row takes as a protobuf `KeyValue`: fields that are zero are left out, and a tombstone is its
 * key alone.
 */
export function keyValueBytes(row: RowSize): number {
  if (row.tombstone) return bytesField(row.keyBytes);
  return (
    bytesField(row.keyBytes) +
    integerField(row.createRevision) +
    integerField(row.revision) +
    integerField(row.version) +
    bytesField(row.valueBytes) +
    leaseField(row.lease)
  );
}

function bytesField(length: number): number {
  return length === 0 ? 0 : 1 + varintBytes(length) + length;
}

function integerField(value: number): number {
  return value === 0 ? 0 : 1 + varintBytes(value);
}

function leaseField(lease: bigint): number {
  if (lease === 0n) return 0;
  let bytes = 1;
  for (let rest = BigInt.asUintN(64, lease); rest > 0n; rest >>= 7n) bytes++;
  return bytes;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
