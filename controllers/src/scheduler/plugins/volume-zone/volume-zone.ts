import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { PersistentVolume, Pod } from '../../../runtime/client/resource.ts';
import { semanticEqual } from '../../../runtime/semantic-equal.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, Status, unresolvable } from '../../framework/status.ts';
import {
  claimNotFound,
  claimsNamedBy,
  classOf,
  type Storage,
  usesClaim,
  waitsForConsumer,
} from '../../framework/storage.ts';

/** Labels of zones and regions: the old ones, and those that mean the same today. */
const zoneLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};

/** A label that the node must have, with one of the values. */
type ZoneRequirement = readonly [key: string, values: readonly string[]];

const preFilterState = stateKey<readonly ZoneRequirement[]>('PreFilterVolumeZone');
const otherZone = unresolvable('node(s) had no available volume zone');

/** Several zones are written with two underscores between them. */
function zonesOf({ metadata }: PersistentVolume): ZoneRequirement[] {
  return Object.keys(zoneLabels).flatMap((key): ZoneRequirement[] => {
    const value = ownValue(metadata.labels, key);
    return value === undefined ? [] : [[key, value.split('__')]];
  });
}

/** What the volumes of a Pod require of its node, or why that cannot be said. */
function requirementsOf(pod: Pod, storage: Storage): Status | ZoneRequirement[] {
  const required: ZoneRequirement[] = [];
  for (const { name, isEphemeral } of claimsNamedBy(pod)) {
    if (isEphemeral) continue;
    const claim = storage.claim(pod.metadata.namespace ?? '', name);
    if (claim === undefined) return unresolvable(claimNotFound(name));
    const volumeName = claim.spec?.volumeName;
    if (!volumeName) {
      const className = classOf(claim);
      if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
      if (waitsForConsumer(claim, storage)) continue;
      return unresolvable(
        storage.storageClass(className) === undefined
          ? `storageclass.storage.k8s.io "${className}" not found`
          : 'PersistentVolume had no name',
      );
    }
    const volume = storage.volume(volumeName);
    if (volume === undefined) return unresolvable(`persistentvolume "${volumeName}" not found`);
    required.push(...zonesOf(volume));
  }
  return required;
}

/** A volume that is labelled with zones needs a node in one of them (kube-scheduler: `VolumeZone`). */
export function createVolumeZone(storage: Storage) {
  return {
    name: 'VolumeZone',

    preFilter(state, pod) {
      const required = requirementsOf(pod, storage);
      if (required instanceof Status) return required;
      if (required.length === 0) return skip;
      state.write(preFilterState, required);
      return undefined;
    },

    filter(state, _pod, { node }) {
      const labels = node?.metadata.labels;
      if (Object.keys(zoneLabels).every((key) => ownValue(labels, key) === undefined)) return undefined;
      const fits = state.read(preFilterState).every(([key, values]) => {
        const value = ownValue(labels, key) ?? ownValue(labels, zoneLabels[key] ?? key);
        return value !== undefined && values.includes(value);
      });
      return fits ? undefined : otherZone;
    },

    eventsToRegister: () => [
      on('storage.k8s.io/StorageClass', Action.add, (_pod, _before, after) =>
        after?.volumeBindingMode === 'WaitForFirstConsumer' ? 'Queue' : 'QueueSkip',
      ),
      on('Node', Action.add | Action.updateNodeLabel),
      on('PersistentVolumeClaim', Action.add | Action.update, (pod, _before, after) =>
        usesClaim(pod, after) ? 'Queue' : 'QueueSkip',
      ),
      on('PersistentVolume', Action.add | Action.update, (_pod, before, after) =>
        before === undefined || (after && !semanticEqual(zonesOf(before), zonesOf(after)))
          ? 'Queue'
          : 'QueueSkip',
      ),
    ],
  } satisfies Plugin;
}
