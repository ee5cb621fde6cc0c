import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { CachedStorage } from '../../storage/cached-storage.ts';
import type {
  ListOptions,
  ListPage,
  ObjectKey,
  ResourceStorage,
  UpdateOptions,
  Watcher,
  WatchOptions,
} from '../../storage/storage.ts';

/** Where storages come from and go to. */
export interface StorageSource {
  open(): CachedStorage;
  retire(storage: CachedStorage): void;
}

/**
 * The storage of one version of a definition, opened by the first request: of many definitions most are never
 * asked for. Retired, it still serves what is under way, without a cache.
 */
export class CustomStorage implements ResourceStorage {
  readonly #source: StorageSource;
  #storage: CachedStorage | undefined;
  #isRetired = false;

  constructor(source: StorageSource) {
    this.#source = source;
  }

  /** Ends its watches and its cache. */
  retire(): void {
    this.#isRetired = true;
    if (this.#storage !== undefined) this.#source.retire(this.#storage);
  }

  create(key: ObjectKey, object: KubeObject, options?: { ttlSeconds?: number }): Promise<CachedObject> {
    return this.#open().create(key, object, options);
  }

  get(key: ObjectKey, resourceVersion: string): Promise<CachedObject> {
    return this.#open().get(key, resourceVersion);
  }

  list(options: ListOptions): Promise<ListPage> {
    return this.#open().list(options);
  }

  watch(options: WatchOptions): Promise<Watcher> {
    return this.#open().watch(options);
  }

  guaranteedUpdate(
    key: ObjectKey,
    tryUpdate: (current: CachedObject | undefined) => Promise<KubeObject> | KubeObject,
    options?: UpdateOptions,
  ): Promise<CachedObject> {
    return this.#open().guaranteedUpdate(key, tryUpdate, options);
  }

  delete(key: ObjectKey, options?: Parameters<ResourceStorage['delete']>[1]): Promise<CachedObject> {
    return this.#open().delete(key, options);
  }

  count(): number {
    return this.#storage?.count() ?? 0;
  }

  ready(): Promise<void> {
    return this.#open().ready();
  }

  #open(): CachedStorage {
    if (this.#storage === undefined) {
      this.#storage = this.#source.open();
      if (this.#isRetired) this.#source.retire(this.#storage);
      // A client that writes may watch from there on: the cache begins now, not when it is first read.
      // Where it cannot be loaded its reader tries again.
      else this.#storage.ready().catch(() => undefined);
    }
    return this.#storage;
  }
}
