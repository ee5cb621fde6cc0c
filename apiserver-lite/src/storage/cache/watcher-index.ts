import type { KeyLayout } from '../etcd/key-layout.ts';
import type { CacheEvent } from './cache-event.ts';
import type { CacheWatcher } from './cache-watcher.ts';

/**
 * Watchers by what they watch, so that a change meets only those it may concern: those of the whole resource,
 * of its namespace, and of the one object.
 */
export class WatcherIndex {
  readonly #layout: KeyLayout;
  readonly #byPrefix = new Map<string, Set<CacheWatcher>>();
  #count = 0;

  constructor(layout: KeyLayout) {
    this.#layout = layout;
  }

  get count(): number {
    return this.#count;
  }

  /** `low` is the low end of the watched range: the resource's prefix, a namespace's, or one key. */
  add(low: string, watcher: CacheWatcher): void {
    let watchers = this.#byPrefix.get(low);
    if (watchers === undefined) {
      watchers = new Set();
      this.#byPrefix.set(low, watchers);
    }
    watchers.add(watcher);
    this.#count += 1;
  }

  remove(low: string, watcher: CacheWatcher): void {
    const watchers = this.#byPrefix.get(low);
    if (watchers === undefined || !watchers.delete(watcher)) return;
    this.#count -= 1;
    if (watchers.size === 0) this.#byPrefix.delete(low);
  }

  dispatch(event: CacheEvent): void {
    if (this.#count === 0) return;
    const { prefix } = this.#layout;
    this.#offer(prefix, event);
    const namespace = this.#layout.namespacePrefix(event.key);
    if (namespace !== prefix) this.#offer(namespace, event);
    this.#offer(event.key, event);
  }

  /** All of them, safe against watchers that end on the way. */
  all(): CacheWatcher[] {
    const all: CacheWatcher[] = [];
    for (const watchers of this.#byPrefix.values()) all.push(...watchers);
    return all;
  }

  #offer(low: string, event: CacheEvent): void {
    const watchers = this.#byPrefix.get(low);
    if (watchers === undefined) return;
    for (const watcher of watchers) watcher.offer(event);
  }
}
