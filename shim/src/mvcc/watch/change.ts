import type { Event, KeyValue, WatchFilter } from '../../etcdserverpb/types.ts';
import type { HistoryRow } from '../history-row.ts';
import { keptKeyBytes } from '../index/key-range.ts';

/** A committed row on its way to the watchers. Its events are made once, however many watch it. */
export class Change {
  readonly row: HistoryRow;
  /**
   * The key-value before, `undefined` if there was none. `'unknown'`: not looked up, or its value is not in
   * memory. Its key is not looked at: it is the row's.
   */
  before: KeyValue | undefined | 'unknown';
  #key: Uint8Array | undefined;
  #event: Event | undefined;
  #eventWithBefore: Event | undefined;

  constructor(row: HistoryRow, before: KeyValue | undefined | 'unknown') {
    this.row = row;
    // One that creates has nothing before it, even if the key was deleted in the same revision.
    const isCreation = !row.tombstone && row.createRevision === row.revision;
    this.before = isCreation ? undefined : before;
  }

  get event(): Event {
    this.#event ??= {
      type: this.row.tombstone ? 'DELETE' : 'PUT',
      kv: toEventKeyValue(this.row, this.#keyBytes()),
    };
    return this.#event;
  }

  /** The event with `prevKv`; `before` must be known. */
  get eventWithBefore(): Event {
    if (this.before === 'unknown') throw new Error('the value before a change was not loaded');
    if (this.before === undefined) return this.event;
    this.#eventWithBefore ??= {
      ...this.event,
      prevKv: { ...this.before, key: this.#keyBytes() },
    };
    return this.#eventWithBefore;
  }

  /** The key, once for the event and for what was before it. */
  #keyBytes(): Uint8Array {
    this.#key ??= keptKeyBytes(this.row.key);
    return this.#key;
  }

  /** Roughly what it holds in memory. */
  get bytes(): number {
    const before = this.before === undefined || this.before === 'unknown' ? 0 : this.before.value.byteLength;
    return this.row.value.byteLength + before + this.row.key.length + 200;
  }
}

/** Whether a watcher's filters let the change through. */
export function passesFilters(change: Change, filters: readonly WatchFilter[]): boolean {
  for (const filter of filters) if ((filter === 'NODELETE') === change.row.tombstone) return false;
  return true;
}

function toEventKeyValue(row: HistoryRow, key: Uint8Array): KeyValue {
  return {
    key,
    createRevision: row.createRevision,
    modRevision: row.revision,
    version: row.version,
    value: row.value,
    lease: row.lease,
  };
}
