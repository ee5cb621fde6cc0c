import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { CachedStorage } from './cached-storage.ts';
import { systemClock } from './clock.ts';
import { Compactor } from './etcd/compactor.ts';
import { EtcdConnection } from './etcd/etcd-connection.ts';
import { createResourceStorage } from './resource-storage.ts';
import type { ResourceStorageOptions } from './resource-storage.ts';
import type { ResourceStorage } from './storage.ts';
import type { ValueCodec } from './value-codec.ts';
import type { ValueTransformer } from './value-transformer.ts';

/** What all storages of one API server share. */
export interface StorageFactoryOptions extends Omit<
  ResourceStorageOptions,
  'resource' | 'codec' | 'transformer' | 'connection'
> {
  /** `--etcd-servers-overrides`: another etcd for some resources. Default: `etcd` for all. */
  etcdFor?: (resource: ResourceInfo) => EtcdClient;
  /** `--etcd-compaction-interval`; 0: another program compacts. Default 5 minutes. */
  compactionIntervalMs?: number;
  /** `--lease-reuse-duration-seconds`. Default 60. */
  leaseReuseSeconds?: number;
  /** How a resource's objects are encoded. */
  codecFor: (resource: ResourceInfo) => ValueCodec;
  /** How a resource's values are encrypted; undefined: they are not. Default: none is. */
  transformerFor?: (resource: ResourceInfo) => ValueTransformer | undefined;
}

/** All storages of one apiserver: one for each stored resource, whichever of its versions asks. */
export class StorageFactory {
  readonly #options: StorageFactoryOptions;
  readonly #storages = new Map<string, CachedStorage>();
  readonly #connections = new Map<EtcdClient, EtcdConnection>();
  readonly #compactors: Compactor[] = [];
  #opened = 0;

  constructor(options: StorageFactoryOptions) {
    this.#options = options;
    this.#connection(options.etcd);
  }

  /**
   * The storage of a resource; the same for all versions and names that share a storage prefix. Throws for
   * virtual ones.
   */
  forResource(resource: ResourceInfo): ResourceStorage {
    const prefix = resource.storageKeyPrefix ?? '';
    let storage = this.#storages.get(prefix);
    if (storage === undefined) {
      storage = this.#create(resource, this.#options.codecFor(resource));
      this.#storages.set(prefix, storage);
    }
    return storage;
  }

  #create(resource: ResourceInfo, codec: ValueCodec): CachedStorage {
    const {
      etcdFor,
      codecFor: _,
      transformerFor,
      compactionIntervalMs: __,
      leaseReuseSeconds: ___,
      ...options
    } = this.#options;
    const transformer = transformerFor?.(resource);
    const etcd = etcdFor?.(resource) ?? options.etcd;
    return createResourceStorage({
      ...options,
      etcd,
      connection: this.#connection(etcd),
      resource,
      codec,
      ...(transformer === undefined ? {} : { transformer }),
    });
  }

  /**
   * A storage of its own of a resource that comes and goes while the server runs; `codec` decides in which
   * version objects come out. To be given back by `retire`.
   */
  open(resource: ResourceInfo, codec: ValueCodec): CachedStorage {
    const storage = this.#create(resource, codec);
    this.#storages.set(`${resource.storageKeyPrefix ?? ''} ${this.#opened++}`, storage);
    return storage;
  }

  /** Ends the cache of a storage that was opened; requests that are under way in it can finish. */
  retire(storage: CachedStorage): void {
    for (const [name, open] of this.#storages) if (open === storage) this.#storages.delete(name);
    storage.retire();
  }

  /** Loads all caches that were not used yet, a few at a time, so that first requests need not wait. */
  async warmUp(concurrency = 4): Promise<void> {
    const waiting = [...this.#storages.values()].filter(({ cache }) => !cache.isStarted);
    const worker = async () => {
      for (let storage = waiting.pop(); storage !== undefined; storage = waiting.pop()) await storage.ready();
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }

  /** Storage prefixes whose caches were started and are not loaded (any more): not ready to serve. */
  notReady(): string[] {
    return [...this.#storages]
      .filter(([, { cache }]) => cache.isStarted && !cache.isReady)
      .map(([name]) => name);
  }

  /** Rejects where an etcd does not answer a linearizable read, or started caches are not loaded. */
  async readyz(): Promise<void> {
    await this.healthz();
    const missing = this.notReady();
    if (missing.length > 0) throw new Error(`storage is not ready: ${missing.join(', ')}`);
  }

  /** Rejects where an etcd does not answer a linearizable read. */
  async healthz(): Promise<void> {
    const main = this.#connection(this.#options.etcd);
    const all = new Set([main, ...this.#connections.values()]);
    await Promise.all([...all].map(({ currentRevision }) => currentRevision.read()));
  }

  /** Every storage that is in use, by prefix; for metrics. */
  storages(): ReadonlyMap<string, CachedStorage> {
    return this.#storages;
  }

  /** The sizes of the databases, the main one first. Rejects where one does not answer. */
  async databaseSizes(): Promise<number[]> {
    const main = this.#connection(this.#options.etcd);
    const all = new Set([main, ...this.#connections.values()]);
    const answers = await Promise.all([...all].map(({ client }) => client.status({ timeoutMs: 2000 })));
    return answers.map(({ dbSizeBytes }) => dbSizeBytes);
  }

  /** Ends all watches and caches; the etcd clients stay open. */
  close(): void {
    for (const storage of this.#storages.values()) storage.close();
    for (const compactor of this.#compactors.splice(0)) compactor.close();
    for (const connection of this.#connections.values()) connection.close();
    this.#storages.clear();
    this.#connections.clear();
  }

  #connection(client: EtcdClient): EtcdConnection {
    let connection = this.#connections.get(client);
    if (connection === undefined) {
      const { pathPrefix, log, clock = systemClock, leaseReuseSeconds, metrics } = this.#options;
      connection = new EtcdConnection({
        client,
        pathPrefix,
        clock,
        log,
        ...(leaseReuseSeconds === undefined ? {} : { leaseReuseSeconds }),
        ...(metrics === undefined ? {} : { metrics }),
      });
      this.#connections.set(client, connection);
      this.#compact(connection);
    }
    return connection;
  }

  #compact({ client, watchStream, progress }: EtcdConnection): void {
    const { clock = systemClock, log, compactionIntervalMs: intervalMs = 300_000 } = this.#options;
    if (intervalMs === 0) return;
    // A cache where nothing happens must not have to resume from before the compaction.
    const onTurn = () => void progress.check().then(() => watchStream.requestProgress());
    const compactor = new Compactor({ client, clock, log, intervalMs, onTurn });
    compactor.start();
    this.#compactors.push(compactor);
  }
}
