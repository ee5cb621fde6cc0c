import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../runtime/client/resource.ts';
import { controllerOf } from '../../../runtime/workload/controller-ref.ts';
import { type Filter, unresolvable } from '../../framework/filter.ts';
import { claimsNamedBy, classOf, isBound, type Storage, waitsForConsumer } from './storage.ts';
import { isUsableOn } from './match-volume.ts';
import { planVolumes } from './plan-volumes.ts';

/**
 * A claim that one Pod alone may use must have no other user (kube-scheduler: `VolumeRestrictions`). It is also the first
 * to miss a claim.
 */
export function volumeRestrictions(storage: Storage): Filter {
  return (pod, nodes) => {
    const { namespace = '' } = pod.metadata;
    const exclusive: string[] = [];
    for (const { name, isEphemeral } of claimsNamedBy(pod)) {
      if (isEphemeral) continue;
      const claim = storage.claim(namespace, name);
      if (claim === undefined) return { message: claimNotFound(name) };
      if (claim.spec?.accessModes?.includes('ReadWriteOncePod')) exclusive.push(`${namespace}/${name}`);
    }
    const inUse = exclusive.some((claim) => nodes.some(({ podsOfClaim }) => podsOfClaim.has(claim)));
    if (!inUse) return undefined;
    const reason =
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    return () => ({ reasons: [reason], unresolvable: false });
  };
}

/**
 * Bound claims have volumes that can be used on the node, others find or get one there; claims whose volume is looked
 * for at once must be bound before (kube-scheduler: `VolumeBinding`).
 */
export function volumeBinding(storage: Storage): Filter {
  return (pod) => {
    const claims: PersistentVolumeClaim[] = [];
    for (const { name, isEphemeral } of claimsNamedBy(pod)) {
      const claim = storage.claim(pod.metadata.namespace ?? '', name);
      const problem = problemOf(claim, { pod, name, isEphemeral });
      if (claim === undefined || problem !== undefined) return { message: problem ?? claimNotFound(name) };
      claims.push(claim);
    }
    if (claims.length === 0) return undefined;
    const bound = claims.filter(isBound);
    const unbound = claims.filter((claim) => !isBound(claim));
    if (unbound.some((claim) => claim.spec?.volumeName || !waitsForConsumer(claim, storage)))
      return { message: 'pod has unbound immediate PersistentVolumeClaims' };
    return ({ node }) => {
      if (node === undefined) return undefined;
      const volumes = bound.map((claim) => storage.volume(claim.spec?.volumeName ?? ''));
      const reasons: string[] = [];
      if (volumes.some((volume) => volume !== undefined && !isUsableOn(volume, node)))
        reasons.push("node(s) didn't match PersistentVolume's node affinity");
      if (planVolumes(unbound, node, storage) === undefined)
        reasons.push("node(s) didn't find available persistent volumes to bind");
      if (volumes.includes(undefined))
        reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
      return reasons.length === 0 ? undefined : { reasons, unresolvable: true };
    };
  };
}

const zoneLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};

/** A volume that is labelled with zones needs a node in one of them (kube-scheduler: `VolumeZone`). */
export function volumeZone(storage: Storage): Filter {
  return (pod) => {
    const wanted: [key: string, values: readonly string[]][] = [];
    for (const { name, isEphemeral } of claimsNamedBy(pod)) {
      const claim = storage.claim(pod.metadata.namespace ?? '', name);
      if (isEphemeral || claim === undefined) continue;
      const volumeName = claim.spec?.volumeName;
      if (!volumeName) {
        if (waitsForConsumer(claim, storage)) continue;
        const className = classOf(claim);
        if (className === '')
          return { message: 'PersistentVolumeClaim had no pv name and storageClass name' };
        const known = storage.storageClass(className);
        return {
          message: known
            ? 'PersistentVolume had no name'
            : `storageclass.storage.k8s.io "${className}" not found`,
        };
      }
      const volume = storage.volume(volumeName);
      if (volume === undefined) return { message: `persistentvolume "${volumeName}" not found` };
      wanted.push(...zonesOf(volume));
    }
    if (wanted.length === 0) return undefined;
    return ({ node }) => {
      const labels = node?.metadata.labels ?? {};
      if (!Object.keys(zoneLabels).some((key) => labels[key] !== undefined)) return undefined;
      const fits = wanted.every(([key, values]) => {
        const value = labels[key] ?? labels[zoneLabels[key] ?? key];
        return value !== undefined && values.includes(value);
      });
      return fits ? undefined : unresolvable('node(s) had no available volume zone');
    };
  };
}

function zonesOf({ metadata }: PersistentVolume): [string, string[]][] {
  return Object.keys(zoneLabels).flatMap((key): [string, string[]][] => {
    const value = metadata.labels?.[key];
    // Several zones are written with two underscores between them.
    return value === undefined ? [] : [[key, value.split('__')]];
  });
}

function problemOf(
  claim: PersistentVolumeClaim | undefined,
  { pod, name, isEphemeral }: { pod: Pod; name: string; isEphemeral: boolean },
): string | undefined {
  if (claim === undefined) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : claimNotFound(name);
  }
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  if (isEphemeral && controllerOf(claim)?.uid !== pod.metadata.uid) {
    const { namespace } = claim.metadata;
    return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
  }
  return undefined;
}

function claimNotFound(name: string): string {
  return `persistentvolumeclaim "${name}" not found`;
}
