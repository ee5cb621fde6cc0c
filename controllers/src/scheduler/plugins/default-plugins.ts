import type { Client } from '../../runtime/client/client.ts';
import type { NodeSnapshot } from '../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../framework/plugin.ts';
import { Profile } from '../framework/profile.ts';
import type { Storage } from '../framework/storage.ts';
import { createDefaultBinder } from './default-binder/default-binder.ts';
import { createDefaultPreemption } from './default-preemption/default-preemption.ts';
import { dynamicResources } from './dynamic-resources/dynamic-resources.ts';
import type { NamespaceLabels } from '../framework/nodes/affinity-term.ts';
import { createInterPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity/node-affinity.ts';
import { nodeName } from './node-name/node-name.ts';
import { nodePorts } from './node-ports/node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts';
import { createPodTopologySpread } from './pod-topology-spread/pod-topology-spread.ts';
import { prioritySort } from './priority-sort/priority-sort.ts';
import { schedulingGates } from './scheduling-gates/scheduling-gates.ts';
import { taintToleration } from './taint-toleration/taint-toleration.ts';
import type { VolumeBinder } from './volume-binding/volume-binder.ts';
import { createVolumeBinding } from './volume-binding/volume-binding.ts';
import { createVolumeRestrictions } from './volume-restrictions/volume-restrictions.ts';
import { createVolumeZone } from './volume-zone/volume-zone.ts';

/** What plugins need beside the Pod and its nodes. */
export interface PluginSources {
  readonly client: Client;
  readonly snapshot: NodeSnapshot;
  readonly namespaceLabels: NamespaceLabels;
  readonly storage: Storage;
  readonly binder: Pick<VolumeBinder, 'assume' | 'bind'>;
}

/** How each plugin is made. */
const creators: Readonly<Record<string, (sources: PluginSources) => Plugin>> = {
  SchedulingGates: () => schedulingGates,
  PrioritySort: () => prioritySort,
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: () => nodeAffinity,
  NodePorts: () => nodePorts,
  NodeResourcesFit: () => nodeResourcesFit,
  VolumeRestrictions: createVolumeRestrictions,
  VolumeBinding: createVolumeBinding,
  VolumeZone: ({ storage }) => createVolumeZone(storage),
  PodTopologySpread: ({ snapshot }) => createPodTopologySpread(snapshot),
  InterPodAffinity: createInterPodAffinity,
  DynamicResources: () => dynamicResources,
  DefaultPreemption: ({ snapshot }) => createDefaultPreemption(snapshot),
  NodeResourcesBalancedAllocation: () => nodeResourcesBalancedAllocation,
  DefaultBinder: ({ client }) => createDefaultBinder(client),
};

/**
 * The plugins of kube-scheduler 1.36's default profile in its order, with the weights of their scores
 * (`apis/config/v1/default_plugins.go`). Those without an entry in `creators` do not exist here.
 */
export const defaultPlugins: readonly (readonly [name: string, weight?: number])[] = [
  ['SchedulingGates'],
  ['PrioritySort'],
  ['NodeUnschedulable'],
  ['NodeName'],
  ['TaintToleration', 3],
  ['NodeAffinity', 2],
  ['NodePorts'],
  ['NodeResourcesFit', 1],
  ['VolumeRestrictions'],
  ['NodeVolumeLimits'],
  ['VolumeBinding'],
  ['VolumeZone'],
  ['PodTopologySpread', 2],
  ['InterPodAffinity', 2],
  ['DynamicResources', 2],
  ['DefaultPreemption'],
  ['NodeResourcesBalancedAllocation', 1],
  ['ImageLocality', 1],
  ['DefaultBinder'],
  ['NodeDeclaredFeatures'],
];

/** The default profile for a scheduler name. */
export function createDefaultProfile(schedulerName: string, sources: PluginSources): Profile {
  const entries = defaultPlugins.flatMap(([name, weight]) => {
    const plugin = creators[name]?.(sources);
    return plugin === undefined ? [] : [{ plugin, ...(weight === undefined ? {} : { weight }) }];
  });
  return new Profile(schedulerName, entries);
}
