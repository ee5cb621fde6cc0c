import type { KeyValue, RangeResponse } from '@pg8s/shim/etcdserverpb/types';
import { expired, tooLargeResourceVersion } from '../../api-errors/status-error.ts';
import { decodeContinueToken, encodeContinueToken } from '../continue-token.ts';
import type { ContinueToken } from '../continue-token.ts';
import { selectionFilter, toListPage } from '../list-page.ts';
import { parseResourceVersion } from '../resource-version.ts';
import type { ListOptions, ListPage } from '../storage.ts';
import { asListError, UnreadableObjectError } from '../unreadable-object.ts';
import type { CurrentRevision } from './current-revision.ts';
import { isCompacted, isFutureRevision, listExpired, statusOfEtcdError } from './etcd-status.ts';
import { keyBytes, keyText, readableKey } from './key-layout.ts';
import type { KeyRange } from './key-layout.ts';
import { callOptions } from './keyspace.ts';
import type { Keyspace } from './keyspace.ts';
import type { StoredObject } from './stored-object.ts';

const maxPageSize = 10_000;
const loadPageSize = 2_000;

const continueExpired =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** 410, with a token that continues at the same key in the present. */
function expiredContinue(token: ContinueToken): Error {
  const error = expired(continueExpired);
  error.status.metadata['continue'] = encodeContinueToken({ ...token, revision: -1 });
  return error;
}

interface PageRequest {
  start: string;
  high: string;
  limit: number;
  /** 0: now. */
  revision: number;
}

function readPage(keyspace: Keyspace, { start, high, limit, revision }: PageRequest): Promise<RangeResponse> {
  return keyspace.measure('list', () =>
    keyspace.client.range({ key: keyBytes(start), rangeEnd: keyBytes(high), limit, revision }, callOptions),
  );
}

/**
 * The revision at which a list is asked for; 0: now (Kubernetes API concepts: the table of
 * `resourceVersionMatch`).
 */
export function exactRevision({ resourceVersion, resourceVersionMatch, limit }: ListOptions): number {
  const exact =
    resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0 && resourceVersion !== '0');
  return exact ? parseResourceVersion(resourceVersion) : 0;
}

/** The objects of one page. Values that cannot be prepared are reported by the first of them. */
async function listedObjects(keyspace: Keyspace, kvs: readonly KeyValue[]): Promise<readonly StoredObject[]> {
  try {
    return await keyspace.objects(kvs);
  } catch (error) {
    throw new UnreadableObjectError(readableKey(keyText((kvs[0] as KeyValue).key)), error).inList();
  }
}

/**
 * A list read from the store, not from the watch cache (Kubernetes: `storage/etcd3.store.GetList`). With a
 * limit it reads pages, growing them while a selector lets little through, until enough was found.
 */
export async function listObjects(
  keyspace: Keyspace,
  options: ListOptions,
  currentRevision: CurrentRevision,
): Promise<ListPage> {
  try {
    return await readPages(keyspace, options, currentRevision);
  } catch (error) {
    throw asListError(error);
  }
}

async function readPages(
  keyspace: Keyspace,
  options: ListOptions,
  currentRevision: CurrentRevision,
): Promise<ListPage> {
  const { layout } = keyspace;
  const { low, high } = layout.range(options);
  const token = options.continueToken === '' ? undefined : decodeContinueToken(options.continueToken);
  const wanted = token === undefined ? exactRevision(options) : Math.max(token.revision, 0);
  const start = token === undefined ? low : `${layout.listPrefix(options.namespace)}${token.start}`;
  const filter = selectionFilter(layout, options);
  const { limit } = options;
  const atLeast = parseResourceVersion(options.resourceVersion);

  const items: StoredObject[] = [];
  let fetched = 0;
  let request: PageRequest = { start, high, limit, revision: wanted };
  for (;;) {
    let response: RangeResponse;
    try {
      response = await readPage(keyspace, request);
    } catch (error) {
      if (isCompacted(error)) throw token === undefined ? expired(listExpired) : expiredContinue(token);
      if (isFutureRevision(error)) throw tooLargeResourceVersion(wanted, await currentRevision.read());
      throw statusOfEtcdError(error);
    }
    const { kvs, more, count, header } = response;
    if (header.revision < atLeast) throw tooLargeResourceVersion(atLeast, header.revision);
    const revision = request.revision > 0 ? request.revision : header.revision;
    let lastKey: string | undefined;
    let looked = 0;
    fetched += kvs.length;
    for (const object of await listedObjects(keyspace, kvs)) {
      if (limit > 0 && items.length >= limit) break;
      looked += 1;
      lastKey = object.key;
      if (filter === undefined || filter(object)) items.push(object);
    }
    const hasMore = more || looked < kvs.length;
    if (!hasMore || limit === 0 || lastKey === undefined || items.length >= limit) {
      keyspace.listed(fetched, items.length);
      return toListPage(layout, options, {
        items,
        revision,
        looked: fetched,
        lastKey: hasMore ? lastKey : undefined,
        remaining: count - looked,
      });
    }
    const larger = Math.min(request.limit * 2, Math.max(maxPageSize, limit));
    request = { start: `${lastKey}\0`, high, limit: larger, revision };
  }
}

/**
 * Everything in a range at one revision (0: now), for the watch cache; in pages, so that no message grows
 * without a bound. Rejects with the EtcdError of a read, as where the revision is compacted.
 */
export async function loadObjects(
  keyspace: Keyspace,
  { low, high }: KeyRange,
  atRevision = 0,
): Promise<{ objects: StoredObject[]; revision: number }> {
  const objects: StoredObject[] = [];
  let request: PageRequest = { start: low, high, limit: loadPageSize, revision: atRevision };
  for (;;) {
    const { kvs, more, header } = await readPage(keyspace, request);
    const prepared = keyspace.objects(kvs);
    objects.push(...(prepared instanceof Promise ? await prepared : prepared));
    const revision = request.revision > 0 ? request.revision : header.revision;
    const last = objects.at(-1);
    if (!more || last === undefined) {
      keyspace.listed(objects.length, objects.length);
      return { objects, revision };
    }
    request = { start: `${last.key}\0`, high, limit: loadPageSize, revision };
  }
}
