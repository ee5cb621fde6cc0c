import { pino } from 'pino';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { CachedStorage } from '../cached-storage.ts';
import { FakeEtcd } from '../etcd/testing/fake-etcd.ts';
import { createResourceStorage } from '../resource-storage.ts';
import type { ResourceStorageOptions } from '../resource-storage.ts';
import { FakeClock } from './fake-clock.ts';
import { configMaps, jsonCodec } from './test-objects.ts';

/** A log that writes nothing. */
export const silentLog = pino({ level: 'silent' });

/** A storage of one resource and the etcd and clock under it. */
export interface FakeStorage {
  etcd: FakeEtcd;
  clock: FakeClock;
  storage: CachedStorage;
  /** Another apiserver's storage on the same etcd. */
  another(options?: Partial<ResourceStorageOptions>): CachedStorage;
}

/** A storage of ConfigMaps (or another resource) on a fake etcd, with a clock that stands still. */
export function openFakeStorage(
  options: Partial<ResourceStorageOptions> = {},
  resource: ResourceInfo = configMaps,
): FakeStorage {
  const etcd = new FakeEtcd();
  const clock = new FakeClock();
  const another = (more: Partial<ResourceStorageOptions> = {}) =>
    createResourceStorage({
      etcd,
      pathPrefix: '/registry',
      resource,
      codec: jsonCodec,
      log: silentLog,
      clock,
      random: () => 0,
      ...options,
      ...more,
    });
  return { etcd, clock, storage: another(), another };
}
