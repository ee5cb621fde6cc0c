import { asDeleted } from '../etcd/conditional-delete.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import type { WatchEvent } from '../storage.ts';

/**
 * One change of one object. What watchers see of it is made once and shared by all of them:
 *
 *     before matches   after matches   the watcher sees
 *     no               yes             ADDED      (after)
 *     yes              yes             MODIFIED   (after)
 *     yes              no              DELETED    (before, at the revision of the change)
 */
export class CacheEvent {
  readonly key: string;
  readonly revision: number;
  /** Absent: the object came into being. */
  readonly before: StoredObject | undefined;
  /** Absent: the object was deleted. */
  readonly after: StoredObject | undefined;
  readonly receivedAtMs: number;
  #added: WatchEvent | undefined;
  #modified: WatchEvent | undefined;
  #deleted: WatchEvent | undefined;

  constructor(change: {
    key: string;
    revision: number;
    before: StoredObject | undefined;
    after: StoredObject | undefined;
    receivedAtMs: number;
  }) {
    this.key = change.key;
    this.revision = change.revision;
    this.before = change.before;
    this.after = change.after;
    this.receivedAtMs = change.receivedAtMs;
  }

  /**
   * What a watcher who wants `filter` sees; undefined: nothing. Throws a StatusError where a value cannot be
   * decoded.
   */
  seenThrough(filter: ((object: StoredObject) => boolean) | undefined): WatchEvent | undefined {
    const { before, after } = this;
    const isWanted = after !== undefined && (filter === undefined || filter(after));
    const wasWanted = before !== undefined && (filter === undefined || filter(before));
    if (isWanted) {
      after.ensureDecoded();
      if (wasWanted) return (this.#modified ??= { type: 'MODIFIED', object: after });
      return (this.#added ??= { type: 'ADDED', object: after });
    }
    if (!wasWanted) return undefined;
    return (this.#deleted ??= { type: 'DELETED', object: asDeleted(before, this.revision) });
  }
}
