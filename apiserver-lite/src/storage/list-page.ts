import type { StoredObject } from './etcd/stored-object.ts';
import { encodeContinueToken } from './continue-token.ts';
import type { KeyLayout } from './etcd/key-layout.ts';
import type { ListOptions, ListPage, Selection } from './storage.ts';

/** Which of the objects in a selection's key range are wanted; undefined: all. */
export function selectionFilter(
  layout: KeyLayout,
  selection: Selection,
): ((object: StoredObject) => boolean) | undefined {
  const { predicate, name } = selection;
  if (name !== undefined && name !== '' && !layout.namesOneKey(selection)) {
    const ending = `/${Buffer.from(name, 'utf8').toString('latin1')}`;
    return (stored) => stored.key.endsWith(ending) && (predicate === undefined || predicate(stored.object));
  }
  return predicate === undefined ? undefined : (stored) => predicate(stored.object);
}

/** Objects of a page, and what is behind it. */
export interface CollectedPage {
  items: StoredObject[];
  revision: number;
  /** Last key that was looked at, where there is more behind it. */
  lastKey: string | undefined;
  /** Objects that were looked at. */
  looked: number;
  /** Keys behind the page. */
  remaining: number;
}

/** The page as the API has it: the token leads to the key after the last one looked at. */
export function toListPage(layout: KeyLayout, options: ListOptions, page: CollectedPage): ListPage {
  const { items, revision, lastKey, remaining } = page;
  // What cannot be decoded fails the list here, not while it is being written out.
  for (const item of items) item.ensureDecoded();
  if (lastKey === undefined) return { items, resourceVersion: String(revision), continueToken: '' };
  const start = `${lastKey.slice(layout.listPrefix(options.namespace).length)}\0`;
  return {
    items,
    resourceVersion: String(revision),
    continueToken: encodeContinueToken({ revision, start }),
    // With a selector it is not known how many of the rest are wanted.
    ...(selectionFilter(layout, options) === undefined ? { remainingItemCount: remaining } : {}),
  };
}
