import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { ApiserverOptions } from '../apiserver-options.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { countStoredObjects, showDatabaseSizes } from '../metrics/storage-metrics.ts';
import { defaultingCodec } from '../registry/defaults/defaulting-codec.ts';
import { RegistryStorages } from '../registry/registry-storages.ts';
import { systemClock } from '../storage/clock.ts';
import { SharedInformers } from '../storage/follow/shared-informers.ts';
import { StorageFactory } from '../storage/storage-factory.ts';
import { storageCodec } from '../registry/storage-codec.ts';
import type { EncryptionStage } from './encryption-stage.ts';
import { given } from './given.ts';

/** Where the server keeps objects. */
export interface StorageStage {
  /** Makes storages, watches over their etcds, and closes all of them. */
  readonly factory: StorageFactory;
  /** The storages of the built-in resources. */
  readonly storages: RegistryStorages;
  /**
   * What the server itself follows of its built-in resources: one informer each, started by the first
   * follower.
   */
  readonly informers: SharedInformers;
}

/** What the server keeps for itself, and does not serve: its objects are not counted. */
const internalResources: ReadonlySet<string> = new Set(['apiServerIPInfo.', 'servicenodeportallocations.']);

/** Prepares the storage; etcd is called when something is first read. */
export function storageStage(
  options: ApiserverOptions,
  metrics: ServerMetrics,
  { transformerFor }: Pick<EncryptionStage, 'transformerFor'>,
): StorageStage {
  const { etcd, storageMediaType = 'application/vnd.kubernetes.protobuf', log } = options;
  const factory = new StorageFactory({
    etcd,
    ...given({
      etcdFor: etcdOfResource(options),
      compactionIntervalMs: options.etcdCompactionIntervalMs,
      leaseReuseSeconds: options.leaseReuseSeconds,
      transformerFor,
    }),
    pathPrefix: options.etcdPrefix ?? '/registry',
    codecFor: (resource) => defaultingCodec(storageCodec(resource, storageMediaType), Date.now),
    metrics: metrics.storage,
    log,
  });
  countStoredObjects(metrics.registry, () =>
    [...factory.storages().values()]
      .filter(({ resource: { group, resource } }) => !internalResources.has(`${resource}.${group}`))
      .map((storage) => ({ resource: storage.resource, stats: () => storage.stats() })),
  );
  showDatabaseSizes(metrics.registry, () => factory.databaseSizes());
  const storages = new RegistryStorages((resource) => factory.forResource(resource));
  const informers = new SharedInformers({
    sourceOf: ({ group, resource }) => storages.of(group, resource),
    clock: systemClock,
    random: Math.random,
    log,
  });
  return { factory, storages, informers };
}

/** `--etcd-servers-overrides`: which etcd a resource is kept in; undefined where all are in one. */
function etcdOfResource({
  etcd,
  etcdOverrides,
}: ApiserverOptions): ((resource: ResourceInfo) => EtcdClient) | undefined {
  if (etcdOverrides === undefined) return undefined;
  return ({ storageKeyPrefix }) => etcdOverrides.get(storageKeyPrefix ?? '') ?? etcd;
}
