import type { WatchFilter } from '../../etcdserverpb/types.ts';
import type { KeyRange } from '../index/key-range.ts';
import type { WatchSink, Watcher } from '../store.ts';

/** Where a watcher stands; see the drawing at `WatchHub`. */
export type WatcherState = 'synced' | 'behind' | 'held' | 'over';

/** What a watcher needs of its hub. */
export interface WatcherHome {
  readonly revision: number;
  resume(watcher: HubWatcher): void;
  cancel(watcher: HubWatcher): void;
}

export interface HubWatcherOptions {
  hub: WatcherHome;
  range: KeyRange;
  filters: readonly WatchFilter[];
  prevKv: boolean;
  sink: WatchSink;
  createdRevision: number;
  next: number;
}

/** One watch, as the hub keeps it. */
export class HubWatcher implements Watcher {
  readonly range: KeyRange;
  readonly filters: readonly WatchFilter[];
  readonly prevKv: boolean;
  readonly sink: WatchSink;
  readonly createdRevision: number;
  state: WatcherState = 'over';
  /**
   * First revision not delivered yet. While synced this is where it joined: it has then seen everything up to
   * the hub's revision.
   */
  next: number;
  readonly #hub: WatcherHome;

  constructor(options: HubWatcherOptions) {
    this.#hub = options.hub;
    this.range = options.range;
    this.filters = options.filters;
    this.prevKv = options.prevKv;
    this.sink = options.sink;
    this.createdRevision = options.createdRevision;
    this.next = options.next;
    if (options.next <= options.createdRevision) this.state = 'behind';
  }

  get synced(): boolean {
    return this.state === 'synced' && this.next <= this.#hub.revision + 1;
  }

  get deliveredRevision(): number {
    return this.state === 'synced' ? this.#hub.revision : Math.min(this.next - 1, this.#hub.revision);
  }

  resume(): void {
    this.#hub.resume(this);
  }

  cancel(): void {
    this.#hub.cancel(this);
  }
}
