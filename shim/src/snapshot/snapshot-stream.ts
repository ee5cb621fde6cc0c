import { createHash } from 'node:crypto';
import type { MomentPort } from '../mvcc/moment-port.ts';
import { planBoltFile, writeBoltFile } from './bolt/bolt-file.ts';
import { etcdBuckets } from './etcd-buckets.ts';

/** One piece of a snapshot. */
export interface SnapshotPiece {
  readonly blob: Uint8Array;
  /** Of the file, without the checksum behind it. */
  readonly remainingBytes: number;
}

/** etcd sends so much at a time. */
const pieceBytes = 32 * 1024;

/**
 * The whole store at its newest revision as a bbolt file, and behind it the file's SHA-256 as the last piece
 * (etcd: `api/v3rpc/maintenance.go`, Snapshot). Never more than a few pages of it are in memory. The database
 * is read twice: the file's first page says where the last ones are.
 *
 * Rejects with a `StoreError`. Who stops reading must call `return()`, which lets the database go.
 */
export async function* streamSnapshot(
  port: MomentPort,
  storageVersion: string,
): AsyncGenerator<SnapshotPiece, void, undefined> {
  const moment = await port.openMoment();
  try {
    const buckets = etcdBuckets(moment, storageVersion);
    const plan = await planBoltFile(buckets);
    const hash = createHash('sha256');
    let remainingBytes = plan.totalBytes;
    for await (const blob of piecesOf(writeBoltFile(plan, buckets))) {
      hash.update(blob);
      remainingBytes -= blob.length;
      yield { blob, remainingBytes };
    }
    yield { blob: hash.digest(), remainingBytes: 0 };
  } finally {
    await moment.close();
  }
}

/** The same bytes in pieces of one size. */
async function* piecesOf(pages: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafeSlow(pieceBytes);
  let filled = 0;
  for await (const page of pages) {
    for (let at = 0; at < page.length;) {
      const copied = page.copy(piece, filled, at);
      at += copied;
      filled += copied;
      if (filled < pieceBytes) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(pieceBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
