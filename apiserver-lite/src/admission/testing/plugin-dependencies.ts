import type { KubeObject } from '@pg8s/k8s-proto/object';
import pino from 'pino';
import { groupResourceName, notFound } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import { uncountedAdmission } from '../../metrics/admission-metrics.ts';
import { OutgoingClient } from '../../outgoing/outgoing-client.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import { SharedInformers } from '../../storage/follow/shared-informers.ts';
import { FakeSource } from '../../storage/follow/testing/fake-source.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import type { PluginDependencies } from '../plugin.ts';

const log = pino({ level: 'silent' });

/** Time that stands still, and timers that never end. */
const stoppedClock: PluginDependencies['clock'] = { now: () => 0, after: () => () => undefined };

/** Dependencies of plugins in memory. */
export interface TestDependencies extends PluginDependencies {
  /** The objects of a resource, `storageclasses.storage.k8s.io`; what is put there is followed. */
  source(name: string): FakeSource;
}

/**
 * What plugins are built from, on objects in memory by the name of their resource. `storageOf` reads the same
 * objects; everybody may do everything.
 */
export function pluginDependencies(
  objects: Readonly<Record<string, readonly KubeObject[]>>,
): TestDependencies {
  const sources = new Map<string, FakeSource>();
  const source = (name: string): FakeSource => {
    const found = sources.get(name) ?? new FakeSource();
    sources.set(name, found);
    return found;
  };
  for (const [name, items] of Object.entries(objects)) for (const item of items) source(name).put(item);
  return {
    source,
    storageOf: (group, resource) =>
      storageOn(source(groupResourceName({ group, resource })), group, resource),
    informers: new SharedInformers({
      sourceOf: (resource) => source(groupResourceName(resource)),
      clock: stoppedClock,
      random: () => 0,
      log,
    }),
    clock: stoppedClock,
    random: () => 0,
    trackServerWrite: () => undefined,
    resources: new ResourceTable(),
    client: new OutgoingClient({ resolve: () => Promise.reject(new Error('there are no Services')) }),
    metrics: uncountedAdmission,
    log,
    async createNamespace() {},
    authorizer: { authorize: () => ({ decision: 'allow', reason: '' }) },
  };
}

function storageOn(source: FakeSource, group: string, resource: string): ResourceStorage {
  const storage: Pick<ResourceStorage, 'get' | 'list'> = {
    async get({ namespace, name }) {
      const object = source.objects.get(`${namespace}/${name}`);
      if (object === undefined) throw notFound({ group, resource }, name);
      return new CachedObject(object, Number(object.metadata.resourceVersion));
    },
    list: (options) => source.list(options),
  };
  return storage as ResourceStorage;
}
