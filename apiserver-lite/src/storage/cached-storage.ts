import type { KubeObject } from '@pg8s/k8s-proto/object';
import { badRequest, serviceUnavailable, type GroupResource } from '../api-errors/status-error.ts';
import { CacheWatcher } from './cache/cache-watcher.ts';
import type { WatchCache } from './cache/watch-cache.ts';
import type { CachedObject } from './cached-object.ts';
import type { Clock } from './clock.ts';
import { decodeContinueToken } from './continue-token.ts';
import { createIfAbsent } from './etcd/create-if-absent.ts';
import { conditionalDelete } from './etcd/conditional-delete.ts';
import type { DeleteOptions } from './etcd/conditional-delete.ts';
import type { EtcdConnection } from './etcd/etcd-connection.ts';
import { statusOfEtcdError } from './etcd/etcd-status.ts';
import type { Keyspace } from './etcd/keyspace.ts';
import { exactRevision, listObjects } from './etcd/list-objects.ts';
import { keyBytes } from './etcd/key-layout.ts';
import { guaranteedUpdate } from './etcd/guaranteed-update.ts';
import type { TryUpdate } from './etcd/guaranteed-update.ts';
import { toListPage } from './list-page.ts';
import { parseResourceVersion, parseUncheckedResourceVersion } from './resource-version.ts';
import type { ResourceMetrics } from './storage-metrics.ts';
import { UnreadableObjectError } from './unreadable-object.ts';
import type {
  ListOptions,
  ListPage,
  ObjectKey,
  ResourceStorage,
  UpdateOptions,
  Watcher,
  WatchOptions,
} from './storage.ts';

/** What a storage is made of. */
export interface CachedStorageParts {
  keyspace: Keyspace;
  cache: WatchCache;
  connection: EtcdConnection;
  /** Closing the storage closes the connection too. */
  ownsConnection: boolean;
  clock: Clock;
  metrics: ResourceMetrics | undefined;
  bookmarkIntervalMs: number;
  random: () => number;
}

function canBeDecoded(object: CachedObject): boolean {
  try {
    object.ensureDecoded();
    return true;
  } catch (error) {
    if (error instanceof UnreadableObjectError) return false;
    throw error;
  }
}

/** kube-apiserver's `--etcd-count-metric-poll-period`. */
const countIntervalMs = 60_000;
const countTimeoutMs = 2000;

/** How long a read waits for the first load before it goes to the store instead. */
const loadPatienceMs = 3000;

/**
 * Writes go to etcd; lists and watches are served by the watch cache, consistent ones after asking etcd for
 * its revision (KEP-2340). What the cache does not have (old revisions, or no answer in time) is read from
 * etcd.
 */
export class CachedStorage implements ResourceStorage {
  readonly #parts: CachedStorageParts;
  #cancelBookmarks: (() => void) | undefined;
  #closed = false;
  #isRetired = false;
  #counted: { atMs: number; objects: number } | undefined;

  constructor(parts: CachedStorageParts) {
    this.#parts = parts;
  }

  get resource(): GroupResource {
    return this.#parts.keyspace.resource;
  }

  /** Of the watch cache, for health checks and metrics. */
  get cache(): Pick<
    WatchCache,
    'isStarted' | 'isReady' | 'revision' | 'oldestRevision' | 'historySize' | 'watcherCount'
  > {
    return this.#parts.cache;
  }

  create(key: ObjectKey, object: KubeObject, options: { ttlSeconds?: number } = {}): Promise<CachedObject> {
    return createIfAbsent(this.#parts.keyspace, key, object, options.ttlSeconds);
  }

  async get(key: ObjectKey, resourceVersion: string): Promise<CachedObject> {
    const { keyspace, cache } = this.#parts;
    const text = keyspace.layout.objectKey(key);
    const revision = parseUncheckedResourceVersion(resourceVersion);
    const fromCache = resourceVersion !== '' && (await this.#loaded());
    if (fromCache) await cache.demand(revision);
    let found = fromCache ? cache.get(text) : undefined;
    // Where the cache has a version that cannot be decoded the store is asked: something may have been
    // missing before.
    if (!fromCache || (found !== undefined && !canBeDecoded(found))) found = await keyspace.read(text);
    if (found === undefined) throw keyspace.notFound(key);
    found.ensureDecoded();
    return found;
  }

  async list(options: ListOptions): Promise<ListPage> {
    const cached = await this.#listFromCache(options).catch((error: unknown) => {
      // Read from the store, objects get another attempt, and those that cannot be decoded are reported as in
      // any list.
      if (error instanceof UnreadableObjectError) return undefined;
      throw error;
    });
    return cached ?? listObjects(this.#parts.keyspace, options, this.#parts.connection.currentRevision);
  }

  async watch(options: WatchOptions): Promise<Watcher> {
    const { cache } = this.#parts;
    const { resourceVersion, sendInitialEvents, allowWatchBookmarks } = options;
    const revision = parseUncheckedResourceVersion(resourceVersion);
    if (this.#isRetired) return CacheWatcher.ended();
    await this.#start();
    this.#scheduleBookmarks();
    try {
      const isReliable = await this.#parts.connection.progress.check();
      const minimum = resourceVersion === '' ? await this.#currentRevision() : revision;
      if (sendInitialEvents === true) await cache.demand(minimum);
      else if (resourceVersion === '' && isReliable) await cache.waitFor(minimum);
    } catch (error) {
      return CacheWatcher.failed(statusOfEtcdError(error));
    }
    if (this.#isRetired) return CacheWatcher.ended();
    // It may be loading again by now.
    await this.#start();
    const initialEvents = sendInitialEvents ?? revision === 0;
    if (!initialEvents) await cache.reachBack(revision);
    return cache.watch({
      ...options,
      initialEvents,
      // Without initial events and without a revision: from now on.
      afterRevision: initialEvents || revision > 0 ? revision : cache.revision,
      wantsBookmarks: allowWatchBookmarks,
      // Also where they were not asked for, and come because there is no revision to begin after.
      endsInitialEvents: initialEvents && allowWatchBookmarks,
    });
  }

  guaranteedUpdate(key: ObjectKey, tryUpdate: TryUpdate, options: UpdateOptions = {}): Promise<CachedObject> {
    return guaranteedUpdate(this.#parts.keyspace, key, tryUpdate, options);
  }

  delete(key: ObjectKey, options: DeleteOptions = {}): Promise<CachedObject> {
    return conditionalDelete(this.#parts.keyspace, key, options);
  }

  count(): number {
    return this.#parts.cache.size;
  }

  /**
   * How many objects there are, and their size as they are stored; -1 where that is not known, as their cache
   * is not loaded: then they are counted in etcd, at most once a minute. Rejects where that does not answer.
   */
  async stats(): Promise<{ objects: number; bytes: number }> {
    const { cache, clock } = this.#parts;
    if (cache.isReady) return { objects: cache.size, bytes: cache.bytes };
    const now = clock.now();
    if (this.#counted === undefined || now - this.#counted.atMs >= countIntervalMs) {
      this.#counted = { atMs: now, objects: await this.#countStored() };
    }
    const { objects } = this.#counted;
    return { objects, bytes: objects === 0 ? 0 : -1 };
  }

  async #countStored(): Promise<number> {
    const { low, high } = this.#parts.keyspace.layout.range({ namespace: '' });
    const { count } = await this.#parts.keyspace.client.range(
      { key: keyBytes(low), rangeEnd: keyBytes(high), countOnly: true },
      { timeoutMs: countTimeoutMs },
    );
    return count;
  }

  async ready(): Promise<void> {
    await this.#start();
  }

  /**
   * Ends the cache and its watchers for good; what still reads and writes goes to the store. For a storage in
   * whose place another one comes while requests are under way.
   */
  retire(): void {
    this.#isRetired = true;
    this.#cancelBookmarks?.();
    this.#parts.cache.close();
  }

  /** Ends the cache and its watchers. */
  close(): void {
    this.#closed = true;
    this.#cancelBookmarks?.();
    this.#parts.cache.close();
    if (this.#parts.ownsConnection) this.#parts.connection.close();
  }

  async #start(): Promise<void> {
    if (this.#closed) throw serviceUnavailable('the storage is closed');
    await this.#parts.cache.start();
    const { compactedRevision, watchStream } = this.#parts.connection;
    compactedRevision.follow(watchStream);
  }

  /** Starts the cache where needed; false where it is not there in time. */
  async #loaded(): Promise<boolean> {
    const { cache, clock } = this.#parts;
    if (this.#isRetired) return false;
    if (cache.isReady) return true;
    const patience = Promise.withResolvers<boolean>();
    const cancel = clock.after(loadPatienceMs, () => patience.resolve(false));
    try {
      return await Promise.race([this.#start().then(() => true), patience.promise]);
    } finally {
      cancel();
    }
  }

  async #currentRevision(): Promise<number> {
    try {
      return await this.#parts.connection.currentRevision.read();
    } catch (error) {
      throw statusOfEtcdError(error);
    }
  }

  /** The page, where the cache can serve it; undefined sends the request to etcd. */
  async #listFromCache(options: ListOptions): Promise<ListPage | undefined> {
    const { cache, keyspace, connection, metrics } = this.#parts;
    const { layout } = keyspace;
    const { resourceVersion, continueToken, limit } = options;
    const minimum = parseResourceVersion(resourceVersion);
    const token = continueToken === '' ? undefined : decodeContinueToken(continueToken);
    if (token !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    if (!(await this.#loaded())) return undefined;
    const start =
      token === undefined ? {} : { start: `${layout.listPrefix(options.namespace)}${token.start}` };
    const exact = token === undefined ? exactRevision(options) : Math.max(token.revision, 0);
    if (exact > 0) {
      // What is compacted is gone for all, though the cache may still know it (Kubernetes:
      // `cacher/compactor.go`).
      if (exact < connection.compactedRevision.value || !cache.covers(exact)) return undefined;
      return this.#pageOf(options, { ...start, limit, revision: exact });
    }
    if (token !== undefined || resourceVersion === '') {
      if (!(await connection.progress.check())) return undefined;
      const fresh = await cache.waitFor(await this.#currentRevision());
      metrics?.consistentRead?.({ success: true, fallback: !fresh });
      if (!fresh) return undefined;
    } else await cache.demand(minimum);
    if (!cache.isReady) return undefined;
    // A list of "whatever there is" comes whole, as kube-apiserver's cache gives it.
    const pageLimit = resourceVersion === '0' && token === undefined ? 0 : limit;
    return this.#pageOf(options, { ...start, limit: pageLimit, revision: cache.revision });
  }

  #pageOf(options: ListOptions, query: { start?: string; limit: number; revision: number }): ListPage {
    const { cache, keyspace, metrics } = this.#parts;
    const page = cache.page(options, query);
    const found = toListPage(keyspace.layout, options, page);
    metrics?.listServed?.('cache', { fetched: page.looked, returned: found.items.length });
    return found;
  }

  #scheduleBookmarks(): void {
    if (this.#cancelBookmarks !== undefined || this.#closed || this.#isRetired) return;
    const { clock, random, bookmarkIntervalMs, cache } = this.#parts;
    // Up to a tenth earlier, so that the caches do not all ask for progress at once.
    const delay = bookmarkIntervalMs * (1 - 0.1 * random());
    this.#cancelBookmarks = clock.after(delay, () => {
      this.#cancelBookmarks = undefined;
      cache.sendBookmarks();
      this.#scheduleBookmarks();
    });
  }
}
