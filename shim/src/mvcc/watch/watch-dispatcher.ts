import type { Logger } from 'pino';
import type { Event } from '../../etcdserverpb/types.ts';
import { passesFilters, type Change } from './change.ts';
import type { Clock } from '../clock.ts';
import type { CommittedState } from '../committed-state.ts';
import type { HistoryPort } from '../history-port.ts';
import { StoreWatcher } from './store-watcher.ts';
import { toKeyRange } from '../index/key-range.ts';
import { RecentChanges } from './recent-changes.ts';
import type { StoreLimits } from '../store-limits.ts';
import type { WatchSink, WatchStart, Watcher } from '../store.ts';
import { WatchCatchUp } from './watch-catch-up.ts';
import { WatcherGroups } from './watcher-groups.ts';

export interface WatchHubOptions {
  port: HistoryPort;
  state: CommittedState;
  clock: Clock;
  log: Logger;
  limits: StoreLimits;
}

/**
 * Sends every commit to the watchers. docs/spec/watch.md has the invariants.
 *
 *     watch(past) ──▶ behind ──caught up──▶ synced ──sink full──▶ held ──resume──▶ behind
 *     watch(now or future) ────────────────────▲     any of them ──cancel, compacted──▶ over
 *
 * A synced watcher is handed each commit as it is applied. One that is behind reads pages from memory or
 * history, at its own pace. A held one costs only its entry in a set.
 */
export class WatchDispatcher {
  readonly #synced = new WatcherGroups<StoreWatcher>();
  /** Synced, but waiting for a revision that does not exist yet. */
  readonly #future = new Set<StoreWatcher>();
  readonly #all = new Set<StoreWatcher>();
  readonly #recent: RecentChanges;
  readonly #catchUp: WatchCatchUp;
  #revision: number;
  #delivered = 0;
  #syncedCount = 0;

  constructor(options: WatchHubOptions) {
    this.#revision = options.state.fence.revision;
    this.#recent = new RecentChanges({
      maxChanges: options.limits.recentChanges,
      maxBytes: options.limits.recentBytes,
      nextRevision: this.#revision + 1,
    });
    this.#catchUp = new WatchCatchUp({
      port: options.port,
      state: options.state,
      clock: options.clock,
      log: options.log,
      limits: options.limits,
      recent: this.#recent,
      joined: (watcher) => this.#join(watcher),
      deliver: (watcher, through, events) => this.#deliver(watcher, through, events),
      over: (watcher, compactRevision) => this.#end(watcher, compactRevision),
    });
  }

  get watcherCount(): number {
    return this.#all.size;
  }

  /** Watchers that are behind or held. */
  get slowCount(): number {
    return this.#all.size - this.#syncedCount;
  }

  get eventsDelivered(): number {
    return this.#delivered;
  }

  /** See `Store.watch`. */
  watch(start: WatchStart, sink: WatchSink): Watcher {
    const startRevision = start.startRevision ?? 0;
    const watcher = new StoreWatcher({
      dispatcher: this,
      range: toKeyRange(start.key, start.rangeEnd),
      filters: start.filters ?? [],
      prevKv: start.prevKv ?? false,
      sink,
      createdRevision: this.#revision,
      next: startRevision > 0 ? startRevision : this.#revision + 1,
    });
    this.#all.add(watcher);
    if (watcher.next > this.#revision) this.#join(watcher);
    else this.#catchUp.add(watcher);
    return watcher;
  }

  /** The newest revision handed out. */
  get revision(): number {
    return this.#revision;
  }

  /** A commit was applied: sends it to the synced watchers. */
  applied(changes: readonly Change[], revision: number): void {
    this.#revision = revision;
    this.#recent.add(changes);
    const pending = new Map<StoreWatcher, Change[]>();
    for (const change of changes) {
      for (const group of this.#synced.watching(change.row.key)) {
        for (const watcher of group.members) {
          if (watcher.next > change.row.revision || !passesFilters(change, watcher.filters)) continue;
          const mine = pending.get(watcher);
          if (mine === undefined) pending.set(watcher, [change]);
          else mine.push(change);
        }
      }
    }
    for (const [watcher, mine] of pending) this.#push(watcher, mine, revision);
    for (const watcher of this.#future) {
      if (watcher.next > revision) continue;
      this.#future.delete(watcher);
      if (watcher.synced) watcher.sink.synced?.();
    }
  }

  /** History below `compactRevision` is gone. */
  compacted(compactRevision: number): void {
    for (const watcher of this.#all) {
      if (watcher.state === 'behind' && watcher.next < compactRevision) this.#end(watcher, compactRevision);
    }
  }

  /**
   * What watchers received is no longer part of the history: all end, because they cannot be given
   * everything.
   */
  lost(): void {
    for (const watcher of this.#all) this.#end(watcher, this.#revision + 1);
  }

  /** The state was loaded again, without the changes in between: all watchers read them from history. */
  reloaded(revision: number): void {
    for (const watcher of this.#all) {
      if (watcher.state !== 'synced') continue;
      this.#leave(watcher, Math.max(watcher.next, this.#revision + 1));
      watcher.state = 'behind';
      this.#catchUp.add(watcher);
    }
    this.#revision = revision;
    this.#recent.clear(revision + 1);
  }

  /** See `Watcher.resume`. */
  resume(watcher: StoreWatcher): void {
    if (watcher.state !== 'held') return;
    watcher.state = 'behind';
    if (watcher.next > this.#revision) this.#join(watcher);
    else this.#catchUp.add(watcher);
  }

  /** See `Watcher.cancel`. */
  cancel(watcher: StoreWatcher): void {
    if (watcher.state === 'over') return;
    if (watcher.state === 'synced') this.#leave(watcher, watcher.next);
    watcher.state = 'over';
    this.#all.delete(watcher);
  }

  /** Stops reading for watchers that are behind. */
  close(): void {
    for (const watcher of this.#all) this.cancel(watcher);
  }

  #push(watcher: StoreWatcher, changes: readonly Change[], revision: number): void {
    if (watcher.state !== 'synced') return;
    if (watcher.prevKv && changes.some((change) => change.before === 'unknown')) {
      // What was before must be read: the watcher is then behind, from the first change not yet delivered.
      this.#leave(watcher, (changes[0] as Change).row.revision);
      watcher.state = 'behind';
      this.#catchUp.add(watcher);
      return;
    }
    const events = changes.map((change) => (watcher.prevKv ? change.eventWithBefore : change.event));
    this.#delivered += events.length;
    if (!watcher.sink.events(revision, events, true) && watcher.state === 'synced') {
      this.#leave(watcher, revision + 1);
      watcher.state = 'held';
    }
  }

  /** Delivery to a watcher that is behind. Returns whether the watcher can take more. */
  #deliver(watcher: StoreWatcher, through: number, events: readonly Event[]): boolean {
    watcher.next = through + 1;
    if (events.length === 0) return true;
    this.#delivered += events.length;
    // The header has the store's revision, however old the events are (etcd: `watchable_store.go`,
    // syncWatchers).
    if (watcher.sink.events(this.#revision, events, false)) return watcher.state === 'behind';
    if (watcher.state === 'behind') watcher.state = 'held';
    return false;
  }

  #join(watcher: StoreWatcher): void {
    const wasBehind = watcher.state === 'behind';
    watcher.state = 'synced';
    this.#syncedCount++;
    this.#synced.add(watcher);
    if (watcher.next > this.#revision + 1) this.#future.add(watcher);
    else if (wasBehind) watcher.sink.synced?.();
  }

  #leave(watcher: StoreWatcher, next: number): void {
    watcher.next = next;
    this.#syncedCount--;
    this.#synced.delete(watcher);
    this.#future.delete(watcher);
  }

  #end(watcher: StoreWatcher, compactRevision: number): void {
    this.cancel(watcher);
    watcher.sink.compacted(compactRevision);
  }
}
