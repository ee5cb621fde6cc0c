import type { WatchFilter } from '../../etcdserverpb/types.ts';
import type { KeyRange } from '../index/key-range.ts';
import type { WatchSink, Watcher } from '../store.ts';

/** Where a watcher stands; see the drawing at `WatchDispatcher`. */
export type WatcherState = 'synced' | 'behind' | 'held' | 'over';

/** What a watcher needs of its dispatcher. */
export interface WatcherOwner {
  readonly revision: number;
  resume(watcher: StoreWatcher): void;
  cancel(watcher: StoreWatcher): void;
}

export interface StoreWatcherOptions {
  dispatcher: WatcherOwner;
  range: KeyRange;
  filters: readonly WatchFilter[];
  prevKv: boolean;
  sink: WatchSink;
  createdRevision: number;
  next: number;
}

/** One watch, as the dispatcher keeps it. */
export class StoreWatcher implements Watcher {
  readonly range: KeyRange;
  readonly filters: readonly WatchFilter[];
  readonly prevKv: boolean;
  readonly sink: WatchSink;
  readonly createdRevision: number;
  state: WatcherState = 'over';
  /**
   * First revision not delivered yet. While synced this is where it joined: it has then seen everything up to
   * the dispatcher's revision.
   */
  next: number;
  readonly #dispatcher: WatcherOwner;

  constructor(options: StoreWatcherOptions) {
    this.#dispatcher = options.dispatcher;
    this.range = options.range;
    this.filters = options.filters;
    this.prevKv = options.prevKv;
    this.sink = options.sink;
    this.createdRevision = options.createdRevision;
    this.next = options.next;
    if (options.next <= options.createdRevision) this.state = 'behind';
  }

  get synced(): boolean {
    return this.state === 'synced' && this.next <= this.#dispatcher.revision + 1;
  }

  get deliveredRevision(): number {
    return this.state === 'synced'
      ? this.#dispatcher.revision
      : Math.min(this.next - 1, this.#dispatcher.revision);
  }

  resume(): void {
    this.#dispatcher.resume(this);
  }

  cancel(): void {
    this.#dispatcher.cancel(this);
  }
}
