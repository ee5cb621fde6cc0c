import type { Event } from '@pg8s/shim/etcdserverpb/types';
import { expired, groupResourceName, tooLargeResourceVersion } from '../../api-errors/status-error.ts';
import { loadObjects } from '../etcd/list-objects.ts';
import { keyText } from '../etcd/key-layout.ts';
import type { KeyRange } from '../etcd/key-layout.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import { selectionFilter } from '../list-page.ts';
import type { CollectedPage } from '../list-page.ts';
import type { Selection } from '../storage.ts';
import type { CacheContents } from './cache-contents.ts';
import { CacheWatcher } from './cache-watcher.ts';
import { readEarlierChanges } from './earlier-changes.ts';
import { EventIntake } from './event-intake.ts';
import type { KnownVersions } from './known-versions.ts';
import { RevisionWaiters } from './revision-waiters.ts';
import type { WatchCacheOptions, WatchFrom } from './watch-cache-options.ts';
import { WatcherIndex } from './watcher-index.ts';

const firstRetryMs = 100;
const maxRetryMs = 5000;
const progressIntervalMs = 100;
/** A watch gets its last bookmark so long before its end (Kubernetes: `cacher/cache_watcher.go`). */
const lastBookmarkMs = 2000;

/**
 * All objects of one resource, current, and their latest changes, fed by one etcd watch (Kubernetes:
 * `storage/cacher`). It serves lists and watches without asking the store.
 *
 *     idle ──start──▶ loading ──list──▶ ready ──history compacted away──▶ loading …
 */
export class WatchCache {
  readonly #options: WatchCacheOptions;
  readonly #range: KeyRange;
  readonly #name: string;
  readonly #contents: CacheContents;
  readonly #watchers: WatcherIndex;
  readonly #waiters: RevisionWaiters;
  readonly #known: KnownVersions;
  #state: 'idle' | 'loading' | 'ready' | 'closed' = 'idle';
  #ready = Promise.withResolvers<void>();
  #intake: EventIntake | undefined;
  #cancelTimers = new Set<() => void>();
  /** Where the history began when everything was listed. */
  #loadedAt = 0;
  /** Made at most once: what was listed anew begins anew. */
  #reachingBack: Promise<void> | undefined;

  constructor(options: WatchCacheOptions) {
    this.#options = options;
    const { layout, resource } = options.keyspace;
    this.#range = layout.range({ namespace: '' });
    this.#name = groupResourceName(resource);
    this.#contents = options.contents;
    this.#known = options.known;
    this.#watchers = new WatcherIndex(layout);
    this.#waiters = new RevisionWaiters(options.clock, () => {
      if (this.#state === 'ready') options.watchStream.requestProgress();
    });
    this.#ready.promise.catch(() => undefined);
  }

  get isStarted(): boolean {
    return this.#state !== 'idle';
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** The revision up to which the cache has seen everything. */
  get revision(): number {
    return this.#contents.revision;
  }

  /** Revisions from here on can be listed and resumed from. */
  get oldestRevision(): number {
    return this.#contents.oldestRevision;
  }

  get size(): number {
    return this.#contents.size;
  }

  /** Size of all objects as they are stored. */
  get bytes(): number {
    return this.#contents.bytes;
  }

  get historySize(): number {
    return this.#contents.historySize;
  }

  get watcherCount(): number {
    return this.#watchers.count;
  }

  /**
   * Begins to load at the first call. Resolves when the cache is ready; rejects only when it is closed
   * before.
   */
  start(): Promise<void> {
    if (this.#state === 'idle') {
      this.#state = 'loading';
      void this.#load(firstRetryMs);
    }
    return this.#ready.promise;
  }

  /** The cached object at `key`; what was written by us counts once the watch has brought it. */
  get(key: string): StoredObject | undefined {
    return this.#contents.get(key);
  }

  /** Resolves when the cache has seen `revision`; with false where it does not come in time. */
  async waitFor(revision: number): Promise<boolean> {
    const { metrics, clock, waitTimeoutMs } = this.#options;
    if (this.#state === 'ready' && revision <= this.#contents.revision) {
      if (revision > 0) metrics?.readWaited?.(0);
      return true;
    }
    const begin = clock.now();
    const reached = await this.#waiters.wait(revision, waitTimeoutMs);
    if (revision > 0) metrics?.readWaited?.(clock.now() - begin);
    return reached;
  }

  /** As waitFor; throws tooLargeResourceVersion instead. */
  async demand(revision: number): Promise<void> {
    if (!(await this.waitFor(revision))) throw tooLargeResourceVersion(revision, this.#contents.revision);
  }

  /** Whether a list at `revision` can be answered from here. */
  covers(revision: number): boolean {
    return this.#state === 'ready' && this.#contents.covers(revision);
  }

  /** A page of a range, at a revision that `covers` confirmed; `start` is its first key. */
  page(selection: Selection, query: { start?: string; limit: number; revision: number }): CollectedPage {
    const { layout } = this.#options.keyspace;
    const range = layout.range(selection);
    if (query.start !== undefined) range.low = query.start;
    const filter = selectionFilter(layout, selection);
    return this.#contents.page({ range, filter, limit: query.limit, revision: query.revision });
  }

  /**
   * Reads the history between the first load of any cache and that of this one where `revision` lies there,
   * as it would be here if this cache had been loaded then. Tried once; without success the history stays.
   */
  async reachBack(revision: number): Promise<void> {
    const first = this.#options.firstRevision.value;
    const isBefore = revision < this.#contents.oldestRevision && revision >= first;
    if (isBefore && this.#loadedAt === this.#contents.oldestRevision) {
      this.#reachingBack ??= this.#reachBackTo(first);
    }
    await this.#reachingBack;
  }

  async #reachBackTo(first: number): Promise<void> {
    const { keyspace, watchStream, clock, log } = this.#options;
    const until = this.#loadedAt;
    try {
      const options = { keyspace, watchStream, clock, range: this.#range, after: first, until };
      const changes = await readEarlierChanges(options);
      const isSame = this.#loadedAt === until && this.#contents.oldestRevision === until;
      if (changes !== undefined && isSame) this.#contents.reachBack(changes, first);
    } catch (error) {
      log.info({ err: error, resource: this.#name, revision: first }, 'cannot read earlier changes');
    }
  }

  /** A new watcher; one that fails with 410 at once where its revision is older than the history. */
  watch(from: WatchFrom): CacheWatcher {
    const { keyspace, maxWaitingEvents, metrics, bookmark } = this.#options;
    const { afterRevision, initialEvents, endsInMs = 0 } = from;
    if (!initialEvents && afterRevision < this.#contents.oldestRevision) {
      return CacheWatcher.failed(
        expired(`too old resource version: ${afterRevision} (${this.#contents.oldestRevision})`),
      );
    }
    const range = keyspace.layout.range(from);
    let cancelBookmark: (() => void) | undefined;
    const watcher = new CacheWatcher({
      filter: selectionFilter(keyspace.layout, from),
      ...(initialEvents ? { initialObjects: this.#contents.snapshot(range) } : {}),
      initialBookmark: from.endsInitialEvents ? bookmark(this.#contents.revision, true) : undefined,
      afterRevision: initialEvents ? this.#contents.revision : afterRevision,
      wantsBookmarks: from.wantsBookmarks,
      maxWaiting: maxWaitingEvents,
      onInitialEvents: (count) => metrics?.initialEvents?.(count),
      onEnd: (reason) => {
        cancelBookmark?.();
        this.#watchers.remove(range.low, watcher);
        if (reason === 'slow') metrics?.watcherTerminated?.();
      },
    });
    this.#watchers.add(range.low, watcher);
    if (from.wantsBookmarks && endsInMs > lastBookmarkMs) {
      cancelBookmark = this.#after(endsInMs - lastBookmarkMs, () => this.#bookmarkFor(() => [watcher]));
    }
    if (!initialEvents) watcher.resume(this.#contents.changesAfter(afterRevision), range);
    return watcher;
  }

  /** Sends bookmarks to the watchers that want them, after asking the store for its progress. */
  sendBookmarks(): void {
    this.#contents.prune(this.#options.clock.now());
    const interested = () => this.#watchers.all().filter((watcher) => watcher.wantsBookmarks);
    if (interested().length > 0) this.#bookmarkFor(interested);
  }

  /** For those that `watchers` gives once the store had time to report its progress. */
  #bookmarkFor(watchers: () => readonly CacheWatcher[]): void {
    const { watchStream, bookmark } = this.#options;
    if (this.#state !== 'ready') return;
    watchStream.requestProgress();
    this.#after(progressIntervalMs, () => {
      if (this.#state !== 'ready') return;
      const event = bookmark(this.#contents.revision, false);
      for (const watcher of watchers()) watcher.offerBookmark(event);
    });
  }

  close(): void {
    this.#state = 'closed';
    this.#known.end();
    this.#intake?.stop();
    for (const cancel of this.#cancelTimers) cancel();
    this.#interruptAll();
    this.#waiters.giveUp();
    this.#ready.reject(new Error('the watch cache was closed'));
  }

  async #load(retryMs: number): Promise<void> {
    const { keyspace, log, metrics } = this.#options;
    try {
      const { objects, revision } = await loadObjects(keyspace, this.#range);
      if (this.#state !== 'loading') return;
      // Watchers that came meanwhile must not miss what happened between the old state and this one.
      this.#interruptAll();
      this.#contents.replace(objects, revision);
      this.#options.firstRevision.loaded(revision);
      this.#loadedAt = revision;
      this.#known.begin();
      this.#state = 'ready';
      this.#follow(revision + 1);
      metrics?.cacheLoaded?.();
      metrics?.cacheCapacity?.(this.#contents.capacity);
      this.#advance(revision);
      this.#ready.resolve();
    } catch (error) {
      if (this.#state !== 'loading') return;
      log.warn({ err: error, resource: this.#name, retryInMs: retryMs }, 'cannot load the watch cache');
      this.#after(retryMs, () => void this.#load(Math.min(retryMs * 2, maxRetryMs)));
    }
  }

  /**
   * The history we would resume from is gone: watchers end (and come back), and everything is listed anew.
   */
  #reload(): void {
    if (this.#state !== 'ready') return;
    this.#options.log.info(
      { resource: this.#name, revision: this.#contents.revision },
      'listing again after a compaction',
    );
    this.#state = 'loading';
    this.#known.end();
    this.#reachingBack = Promise.resolve();
    this.#ready = Promise.withResolvers();
    this.#ready.promise.catch(() => undefined);
    this.#interruptAll();
    void this.#load(firstRetryMs);
  }

  #interruptAll(): void {
    for (const watcher of this.#watchers.all()) watcher.interrupt();
  }

  /** Takes in all changes from `startRevision` on. */
  #follow(startRevision: number): void {
    const { keyspace, watchStream, clock, log, intakeLimits, metrics } = this.#options;
    this.#intake = new EventIntake(
      {
        target: {
          apply: (events, objects) => this.#apply(events, objects),
          advance: (revision) => {
            metrics?.cacheBookmarkReceived?.();
            metrics?.cacheEventDispatched?.();
            this.#advance(revision);
          },
          compacted: () => this.#reload(),
        },
        subscribe: (from, listener) => watchStream.subscribe(this.#range, from, listener),
        needsPreparation: keyspace.needsPreparation,
        objects: (kvs) => keyspace.objects(kvs),
        clock,
        failed: (error, retryInMs) =>
          log.warn({ err: error, resource: this.#name, retryInMs }, 'cannot prepare stored values'),
        ...(intakeLimits === undefined ? {} : { limits: intakeLimits }),
      },
      startRevision,
    );
  }

  #apply(events: readonly Event[], objects: readonly StoredObject[]): void {
    const { clock, metrics } = this.#options;
    const receivedAtMs = clock.now();
    let revision = this.#contents.revision;
    let puts = 0;
    for (const { type, kv } of events) {
      const after = type === 'PUT' ? objects[puts++] : undefined;
      if (kv.modRevision <= this.#contents.revision) continue;
      const key = keyText(kv.key);
      revision = kv.modRevision;
      this.#known.forget(key, revision);
      const event = this.#contents.apply({ key, revision, after, receivedAtMs });
      if (event !== undefined) this.#watchers.dispatch(event);
      metrics?.cacheEventReceived?.();
      metrics?.cacheEventDispatched?.();
    }
    metrics?.cacheCapacity?.(this.#contents.capacity);
    this.#advance(revision);
  }

  #advance(revision: number): void {
    const moved = this.#contents.advance(revision);
    if (moved) this.#options.metrics?.cacheRevision?.(revision);
    this.#waiters.reached(this.#contents.revision);
    // The answer came before a later waiter's revision: ask at once again. Where nothing moved the timer
    // asks.
    if (moved && this.#waiters.size > 0) this.#options.watchStream.requestProgress();
  }

  #after(delayMs: number, callback: () => void): () => void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#cancelTimers.delete(cancel);
      callback();
    });
    this.#cancelTimers.add(cancel);
    return () => {
      this.#cancelTimers.delete(cancel);
      cancel();
    };
  }
}
