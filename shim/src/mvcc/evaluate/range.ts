import type { KeyValue, RangeRequest, RangeResponse } from '../../etcdserverpb/types.ts';
import { toKeyRange } from '../index/key-range.ts';
import type { MissingRows } from './missing-rows.ts';
import type { ReadView } from './read-view.ts';
import { responseHeader } from './response-header.ts';
import { StoreError } from '../store-error.ts';

/** Throws the error of a read at a revision that the view cannot serve (etcd: `txn.checkRange`). */
export function checkReadRevision(view: ReadView, revision: number): void {
  if (revision <= 0) return;
  if (revision > view.revision) throw new StoreError('futureRevision');
  if (revision < view.compactRevision) throw new StoreError('compacted');
}

/**
 * Answers a range request from a view (etcd: `txn/range.go`): take what is there at the revision, filter by
 * revisions, sort, and only then limit; `count` is that of the range, before filters and limit.
 */
export function evaluateRange(view: ReadView, request: RangeRequest, missing: MissingRows): RangeResponse {
  const wanted = request.revision ?? 0;
  checkReadRevision(view, wanted);
  const revision = wanted > 0 ? wanted : view.revision;
  const range = toKeyRange(request.key, request.rangeEnd);
  const header = responseHeader(view.revision);
  if (request.countOnly) return { header, kvs: [], more: false, count: view.count(range, revision) };

  const limit = request.limit !== undefined && request.limit > 0 ? request.limit : Infinity;
  const order = sortOrder(request);
  const filtered = hasRevisionFilters(request);
  const found: KeyValue[] = [];
  // Without a sort order etcd limits first, even if it then sorts by a target other than the key.
  const limitFirst = !filtered && (order === undefined || (request.sortOrder ?? 'NONE') === 'NONE');
  const count = view.collect(range, { revision, limit: limitFirst ? limit + 1 : Infinity }, found);

  let kvs = filtered ? found.filter((kv) => passesFilters(kv, request)) : found;
  if (order !== undefined) {
    if (request.sortTarget === 'VALUE') for (const kv of kvs) missing.fillNow(kv);
    kvs.sort(order);
  }
  const more = kvs.length > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (request.keysOnly) for (const kv of kvs) missing.fillKeyOnly(kv);
  else for (const kv of kvs) missing.fill(kv);
  return { header, kvs, more, count };
}

function hasRevisionFilters(request: RangeRequest): boolean {
  return (
    (request.minModRevision ?? 0) !== 0 ||
    (request.maxModRevision ?? 0) !== 0 ||
    (request.minCreateRevision ?? 0) !== 0 ||
    (request.maxCreateRevision ?? 0) !== 0
  );
}

function passesFilters(kv: KeyValue, request: RangeRequest): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = request;
  return (
    (maxModRevision === 0 || kv.modRevision <= maxModRevision) &&
    (minModRevision === 0 || kv.modRevision >= minModRevision) &&
    (maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision) &&
    (minCreateRevision === 0 || kv.createRevision >= minCreateRevision)
  );
}

type Order = (a: KeyValue, b: KeyValue) => number;

const ascending: Record<NonNullable<RangeRequest['sortTarget']>, Order> = {
  KEY: (a, b) => Buffer.compare(a.key, b.key),
  VERSION: (a, b) => a.version - b.version,
  CREATE: (a, b) => a.createRevision - b.createRevision,
  MOD: (a, b) => a.modRevision - b.modRevision,
  VALUE: (a, b) => Buffer.compare(a.value, b.value),
};

/** undefined: the index's own order, by key. A target other than the key without an order means ascending. */
function sortOrder(request: RangeRequest): Order | undefined {
  const target = request.sortTarget ?? 'KEY';
  const direction = request.sortOrder ?? 'NONE';
  if (direction === 'DESCEND') return (a, b) => ascending[target](b, a);
  return target === 'KEY' ? undefined : ascending[target];
}
