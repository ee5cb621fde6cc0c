import type { Logger } from 'pino';
import type { Event } from '../../etcdserverpb/types.ts';
import { Change, passesFilters } from './change.ts';
import type { Clock } from '../clock.ts';
import type { CommittedState } from '../committed-state.ts';
import type { HistoryPort } from '../history-port.ts';
import type { HistoryRow } from '../history-row.ts';
import type { StoreWatcher } from './store-watcher.ts';
import { rangeContains, toKeyBytes, type KeyString } from '../index/key-range.ts';
import type { RecentChanges } from './recent-changes.ts';
import { StoreError } from '../store-error.ts';
import type { StoreLimits } from '../store-limits.ts';

/** Watchers that read at the same time. The others wait for their turn, page by page. */
const maxReaders = 2;

export interface WatchCatchUpOptions {
  port: HistoryPort;
  state: CommittedState;
  clock: Clock;
  log: Logger;
  limits: StoreLimits;
  recent: RecentChanges;
  /** The watcher has seen everything there is. */
  joined(watcher: StoreWatcher): void;
  /**
   * Hands a page on, with which the watcher has seen everything up to `through`. Returns false if the watcher
   * cannot take more now, or is over.
   */
  deliver(watcher: StoreWatcher, through: number, events: readonly Event[]): boolean;
  over(watcher: StoreWatcher, compactRevision: number): void;
}

interface Page {
  readonly changes: Change[];
  /** The watcher has seen everything up to here once it has these changes. */
  readonly through: number;
}

/**
 * Brings watchers that are behind to the present, a page at a time and in turn, so that none starves another.
 */
export class WatchCatchUp {
  readonly #options: WatchCatchUpOptions;
  readonly #waiting = new Set<StoreWatcher>();
  #readers = 0;

  constructor(options: WatchCatchUpOptions) {
    this.#options = options;
  }

  /** Takes a watcher in the state `behind`. No callback runs before this has returned. */
  add(watcher: StoreWatcher): void {
    this.#waiting.add(watcher);
    if (this.#readers >= maxReaders) return;
    this.#readers++;
    queueMicrotask(() => void this.#read());
  }

  async #read(): Promise<void> {
    let pauseMs = 10;
    for (const watcher of this.#waiting) {
      this.#waiting.delete(watcher);
      try {
        if (await this.#step(watcher)) this.#waiting.add(watcher);
        pauseMs = 10;
      } catch (error) {
        this.#waiting.add(watcher);
        if (!(error instanceof StoreError))
          this.#options.log.error({ err: error }, 'a watcher could not read history');
        await this.#options.clock.sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, 1000);
      }
    }
    this.#readers--;
  }

  /** One page for one watcher. Returns whether it needs another. */
  async #step(watcher: StoreWatcher): Promise<boolean> {
    const { state } = this.#options;
    if (watcher.state !== 'behind') return false;
    if (this.#endIfCompacted(watcher, state.fence.compactRevision)) return false;
    if (watcher.next > state.fence.revision) {
      this.#options.joined(watcher);
      return false;
    }
    const from = watcher.next;
    const page = this.#options.recent.covers(from)
      ? this.#recentPage(watcher)
      : await this.#historyPage(watcher);
    if (page === undefined || !isBehindAt(watcher, from)) return isBehindAt(watcher, from);
    if (watcher.prevKv) await this.#loadBefore(page.changes);
    if (!isBehindAt(watcher, from)) return false;
    // What was before an event can be read only where it is not compacted, even if it is still in memory.
    const { compactRevision } = state.fence;
    const events = page.changes.map((change) =>
      watcher.prevKv && change.row.revision > compactRevision ? change.eventWithBefore : change.event,
    );
    if (!this.#options.deliver(watcher, page.through, events)) return false;
    if (watcher.next <= state.fence.revision) return true;
    // No await since the last look at the revision: nothing can slip in between.
    this.#options.joined(watcher);
    return false;
  }

  #recentPage(watcher: StoreWatcher): Page {
    const { watchPageRows, watchPageBytes } = this.#options.limits;
    const changes: Change[] = [];
    let through = this.#options.state.fence.revision;
    let bytes = 0;
    for (const change of this.#options.recent.since(watcher.next)) {
      const last = changes.at(-1)?.row.revision ?? change.row.revision;
      if ((changes.length >= watchPageRows || bytes >= watchPageBytes) && change.row.revision > last) {
        through = change.row.revision - 1;
        break;
      }
      if (!rangeContains(watcher.range, change.row.key) || !passesFilters(change, watcher.filters)) continue;
      changes.push(change);
      bytes += change.bytes;
    }
    return { changes, through };
  }

  /** undefined: the watcher is over, or has to ask again. */
  async #historyPage(watcher: StoreWatcher): Promise<Page | undefined> {
    const { port, state, limits } = this.#options;
    const from = watcher.next;
    const page = await port.readHistory({
      range: watcher.range,
      from,
      to: state.fence.revision,
      maxRows: limits.watchPageRows,
      maxBytes: limits.watchPageBytes,
    });
    if (!isBehindAt(watcher, from)) return undefined;
    // Another shim may have compacted, and deleted rows, before this one knows.
    if (this.#endIfCompacted(watcher, Math.max(page.compactRevision, state.fence.compactRevision)))
      return undefined;
    const changes = page.rows
      .map((row) => new Change(row, 'unknown'))
      .filter((change) => passesFilters(change, watcher.filters));
    return { changes, through: page.through };
  }

  /**
   * Fills in what was before each change, as far as it is not compacted (etcd answers without it then, too).
   */
  async #loadBefore(changes: readonly Change[]): Promise<void> {
    const wanted = new Map<string, { key: KeyString; revision: number; changes: Change[] }>();
    for (const change of changes) {
      if (change.before !== 'unknown') continue;
      const { key, revision } = change.row;
      const before = this.#options.state.index.get(key)?.at(revision - 1);
      if (before === undefined) change.before = undefined;
      else {
        const name = `${before.modRevision} ${key}`;
        // A key that was put and deleted in one revision has one state before both.
        const same = wanted.get(name);
        if (same === undefined) wanted.set(name, { key, revision: before.modRevision, changes: [change] });
        else same.changes.push(change);
      }
    }
    if (wanted.size === 0) return;
    for (const row of await this.#options.port.readRows([...wanted.values()], true)) {
      for (const change of wanted.get(`${row.revision} ${row.key}`)?.changes ?? [])
        change.before = toKeyValue(row);
    }
    for (const { changes } of wanted.values()) {
      for (const change of changes) if (change.before === 'unknown') change.before = undefined;
    }
  }

  #endIfCompacted(watcher: StoreWatcher, compactRevision: number): boolean {
    if (watcher.next >= compactRevision) return false;
    this.#options.over(watcher, compactRevision);
    return true;
  }
}

function isBehindAt(watcher: StoreWatcher, next: number): boolean {
  return watcher.state === 'behind' && watcher.next === next;
}

function toKeyValue(row: HistoryRow) {
  return {
    key: toKeyBytes(row.key),
    createRevision: row.createRevision,
    modRevision: row.revision,
    version: row.version,
    value: row.value,
    lease: row.lease,
  };
}
