import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { Logger } from 'pino';
import { groupResourceName } from '../api-errors/status-error.ts';
import type { GroupResource } from '../api-errors/status-error.ts';
import { CacheContents } from './cache/cache-contents.ts';
import { defaultHistoryLimits } from './cache/event-history.ts';
import type { HistoryLimits } from './cache/event-history.ts';
import type { IntakeLimits } from './cache/event-intake.ts';
import { KnownVersions } from './cache/known-versions.ts';
import { WatchCache } from './cache/watch-cache.ts';
import { CachedObject } from './cached-object.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { EtcdConnection } from './etcd/etcd-connection.ts';
import { KeyLayout } from './etcd/key-layout.ts';
import { Keyspace } from './etcd/keyspace.ts';
import { CachedStorage } from './cached-storage.ts';
import type { StorageMetrics } from './storage-metrics.ts';
import type { WatchEvent } from './storage.ts';
import type { ValueCodec } from './value-codec.ts';
import { ValuePipeline } from './value-pipeline.ts';
import type { ValueTransformer } from './value-transformer.ts';

/** What a storage of one resource works with, and its limits. */
export interface ResourceStorageOptions {
  etcd: EtcdClient;
  /** What resources of one etcd share; default: a connection of its own. */
  connection?: EtcdConnection;
  /** `/registry` */
  pathPrefix: string;
  resource: ResourceInfo;
  codec: ValueCodec;
  /** Encryption at rest. Default: values are the encoded objects. */
  transformer?: ValueTransformer;
  log: Logger;
  clock?: Clock;
  metrics?: StorageMetrics;
  /** In [0, 1): spreads the bookmarks of many caches over time. */
  random?: () => number;
  historyLimits?: Partial<HistoryLimits>;
  /** Bounds of changes whose values must be prepared before they are decoded. */
  intakeLimits?: Partial<IntakeLimits>;
  /** Changes that may wait for one slow watcher before its watch ends. */
  maxWaitingEvents?: number;
  /** How long a read waits for a revision that the cache has not seen. */
  waitTimeoutMs?: number;
  /** Time between two bookmarks. */
  bookmarkIntervalMs?: number;
}

/** The object of a BOOKMARK event: nothing but its type, the fields that Go writes always, and a revision. */
function bookmarkOf({ group, version, kind }: ResourceInfo['storedAs'], { fill }: ValueCodec) {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  let empty: KubeObject | undefined;
  return (revision: number, endsInitialEvents: boolean): WatchEvent => {
    const bare = { kind, apiVersion, metadata: {} };
    empty ??= fill === undefined ? bare : fill(bare);
    const object: KubeObject = {
      ...empty,
      metadata: {
        resourceVersion: String(revision),
        ...(endsInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    };
    return { type: 'BOOKMARK', object: new CachedObject(object, revision) };
  };
}

/** The storage of one resource: its keys in etcd behind a watch cache, which loads at the first use. */
export function createResourceStorage(options: ResourceStorageOptions): CachedStorage {
  const { etcd, pathPrefix, resource, codec, log, clock = systemClock } = options;
  const { storageKeyPrefix, namespaced, storedAs, name } = resource;
  const groupResource: GroupResource = { group: resource.group, resource: name };
  if (storageKeyPrefix === undefined) {
    throw new Error(`${groupResourceName(groupResource)} is not stored`);
  }
  const metrics = options.metrics?.of(groupResource);
  const connection = options.connection ?? new EtcdConnection({ client: etcd, pathPrefix, clock, log });
  const contents = new CacheContents({ ...defaultHistoryLimits, ...options.historyLimits });
  const known = new KnownVersions(contents);
  const keyspace = new Keyspace({
    client: connection.client,
    layout: new KeyLayout(pathPrefix, storageKeyPrefix, namespaced),
    pipeline: new ValuePipeline(codec, options.transformer),
    known,
    log,
    resource: groupResource,
    leases: connection.leases,
    clock,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const cache = new WatchCache({
    keyspace,
    contents,
    known,
    watchStream: connection.watchStream,
    firstRevision: connection.firstRevision,
    clock,
    log,
    metrics,
    intakeLimits: options.intakeLimits,
    maxWaitingEvents: options.maxWaitingEvents ?? 10_000,
    waitTimeoutMs: options.waitTimeoutMs ?? 3000,
    bookmark: bookmarkOf(storedAs, codec),
  });
  return new CachedStorage({
    keyspace,
    cache,
    connection,
    ownsConnection: options.connection === undefined,
    clock,
    metrics,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    random: options.random ?? Math.random,
  });
}
