import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type { RangePiece } from '../../etcdserverpb/admin-types.ts';
import type { KeyValue, RangeRequest } from '../../etcdserverpb/types.ts';
import type { Store } from '../../mvcc/store.ts';

/** The first piece is small, so that it comes soon. */
const firstPieceKeys = 10;

/** What a stream cannot do (etcd: `checkRangeStreamRequest`). */
export function checkRangeStream(request: RangeRequest): void {
  const { sortOrder = 'NONE', sortTarget = 'KEY' } = request;
  if (sortTarget !== 'KEY' || sortOrder === 'DESCEND') {
    throw new EtcdError(grpcCode.UNIMPLEMENTED, 'RangeStream does not support custom sort orders');
  }
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  if (minModRevision || maxModRevision || minCreateRevision || maxCreateRevision) {
    throw new EtcdError(grpcCode.UNIMPLEMENTED, 'RangeStream does not support revision filters');
  }
}

/**
 * Reads a range piece by piece, each near the target size, all at the revision of the first (etcd 3.7:
 * `EtcdServer.RangeStream`). Merged, the pieces are what `store.range` would have answered. Rejects as it
 * does.
 */
export async function* streamRange(
  store: Pick<Store, 'range'>,
  request: RangeRequest,
  targetBytes: number,
): AsyncGenerator<RangePiece, void, undefined> {
  if (request.countOnly) {
    yield await store.range(request);
    return;
  }
  const total = request.limit || Number.POSITIVE_INFINITY;
  let { key, revision = 0 } = request;
  let pieceKeys = firstPieceKeys;
  let sent = 0;
  let all: number | undefined;
  for (;;) {
    const limit = Math.min(pieceKeys, total - sent);
    const { header, kvs, more, count } = await store.range({ ...request, key, revision, limit });
    // What the first read has seen is what all read.
    if (revision <= 0) revision = header.revision;
    all ??= count;
    sent += kvs.length;
    if (!more || sent >= total) {
      yield { header: { ...header, revision }, kvs, more, count: all };
      return;
    }
    yield { kvs, more: false, count: 0 };
    const bytes = kvs.reduce((sum, kv) => sum + sizeOf(kv), 0);
    if (bytes < targetBytes / 2) pieceKeys *= 2;
    else if (bytes > targetBytes * 2) pieceKeys = Math.max(1, Math.floor(pieceKeys / 2));
    key = Buffer.concat([(kvs.at(-1) as KeyValue).key, Buffer.alloc(1)]);
  }
}

const sizeOf = ({ key, value }: KeyValue): number => key.length + value.length + 24;
