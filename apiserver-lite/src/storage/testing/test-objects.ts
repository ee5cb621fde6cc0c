import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { ListOptions, WatchEvent, Watcher, WatchOptions } from '../storage.ts';
import type { ValueCodec } from '../value-codec.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** A namespaced resource. */
export const configMaps: ResourceInfo = {
  group: '',
  version: 'v1',
  name: 'configmaps',
  singularName: 'configmap',
  kind: 'ConfigMap',
  namespaced: true,
  shortNames: ['cm'],
  categories: [],
  verbs,
  storageKeyPrefix: 'configmaps',
  storedAs: { group: '', version: 'v1', kind: 'ConfigMap' },
  servedByDefault: true,
  subresources: [],
};

/** A cluster-scoped resource whose prefix is not its name. */
export const nodes: ResourceInfo = {
  ...configMaps,
  name: 'nodes',
  singularName: 'node',
  kind: 'Node',
  namespaced: false,
  storageKeyPrefix: 'minions',
  storedAs: { group: '', version: 'v1', kind: 'Node' },
};

/** Values as JSON text, for tests that look at stored bytes. */
export const jsonCodec: ValueCodec = {
  encode: (object) => Buffer.from(JSON.stringify(object)),
  decode: (value) => JSON.parse(Buffer.from(value).toString('utf8')) as KubeObject,
};

/** A ConfigMap in the namespace `default`. */
export function configMap(
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels },
    data,
  };
}

/** Options of a consistent list of the namespace `default`. */
export function listOptions(options: Partial<ListOptions> = {}): ListOptions {
  return {
    namespace: 'default',
    resourceVersion: '',
    resourceVersionMatch: '',
    limit: 0,
    continueToken: '',
    ...options,
  };
}

/** Options of a watch of the namespace `default`, with what exists first. */
export function watchOptions(options: Partial<WatchOptions> = {}): WatchOptions {
  return {
    namespace: 'default',
    resourceVersion: '',
    resourceVersionMatch: '',
    allowWatchBookmarks: false,
    ...options,
  };
}

/** `ADDED web@12` */
export function describeEvent({ type, object }: WatchEvent): string {
  return `${type} ${object.object.metadata.name ?? ''}@${object.object.metadata.resourceVersion ?? ''}`;
}

/** The next `count` events of a watch. */
export async function takeEvents(watcher: Watcher, count: number): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  while (events.length < count) {
    const batch = await watcher.nextBatch();
    if (batch === undefined) break;
    events.push(...batch);
  }
  return events;
}
