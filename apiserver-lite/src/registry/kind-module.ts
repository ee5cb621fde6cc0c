import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceStorage } from '../storage/storage.ts';
import type { StatusTraits } from './generic/kind-strategy.ts';
import type { Rest, TableConvertor } from './rest.ts';
import type { NodePortAllocator } from './core/service/allocation/node-port-allocator.ts';
import type { ClusterIpAllocator } from './core/service/allocation/cluster-ip-allocator.ts';
import type { Strategy } from './strategy.ts';

/** What strategies need from the rest of the server. */
export interface KindDependencies {
  /** Milliseconds since the epoch. */
  clock: () => number;
  eventTtlSeconds: number;
  clusterIps: ClusterIpAllocator;
  nodePorts: NodePortAllocator;
  /** The objects of another resource, by its plural name and group. */
  storageOf(group: string, resource: string): ResourceStorage;
}

/** All that is particular to one stored kind. */
export interface KindModule {
  strategy(dependencies: KindDependencies): Strategy;
  /** How its `status` endpoint behaves, where that is not the rule. */
  status?: StatusTraits;
  table?: TableConvertor;
  selectableFields?: Rest['selectableFields'];
}

/** The value of a selectable field as text; absent counts as empty. */
export function selectable(read: (object: KubeObject) => unknown): (object: KubeObject) => string {
  return (object) => {
    const value = read(object);
    return value === undefined || value === null ? '' : String(value as string | number | boolean);
  };
}
