import { isReason } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ListOptions, ListPage } from '../../storage/storage.ts';
import type { ValidatedDelete } from '../rest.ts';
import type { StoreRequest } from '../strategy.ts';
import { deleteObject } from './delete-object.ts';
import type { StoreContext } from './store-context.ts';

/** How much of a large collection is listed at a time, where the client says nothing. */
const pageSize = 10_000;
/** kube-apiserver's default is 1; here deletions that wait together are one transaction of the store. */
const defaultWorkers = 16;

/** What is to be deleted, and how each of it. */
export interface CollectionDeletion {
  options: ValidatedDelete;
  list: ListOptions;
}

/**
 * Deletes what the list names, several at a time (`--delete-collection-workers`), page by page, and answers
 * with all that it met. What others delete meanwhile does not matter; the first other failure ends it, and
 * what is deleted stays deleted.
 */
export async function deleteCollection(
  context: StoreContext,
  request: StoreRequest,
  { options, list }: CollectionDeletion,
): Promise<ListPage> {
  const namespace = context.namespaceOf(request);
  const met: CachedObject[] = [];
  let page: ListPage = { items: [], resourceVersion: '', continueToken: list.continueToken };
  do {
    page = await context.storage.list({
      ...list,
      namespace,
      ...(page.continueToken === '' ? {} : { continueToken: page.continueToken, resourceVersion: '' }),
      limit: list.limit === 0 ? pageSize : list.limit,
    });
    for (const item of page.items) met.push(item);
    await deleteAll(context, request, page.items, options);
  } while (list.limit === 0 && page.continueToken !== '');
  return { ...page, items: met };
}

async function deleteAll(
  context: StoreContext,
  request: StoreRequest,
  items: readonly CachedObject[],
  options: ValidatedDelete,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const { object } of waiting) {
      if (failed) return;
      const { name = '', namespace = '' } = object.metadata;
      try {
        await deleteObject(context, { ...request, namespace }, name, options);
      } catch (error) {
        if (isReason(error, 'NotFound')) continue;
        failed = true;
        throw error;
      }
    }
  };
  const count = Math.min(items.length, context.options.deleteCollectionWorkers ?? defaultWorkers);
  const results = await Promise.allSettled(Array.from({ length: count }, work));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
