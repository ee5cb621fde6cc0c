import type { V1Volume } from '@pg8s/k8s-proto/generated/models';
import { type Check, type Rule, plural, quoted, sorted } from '../check.ts';

const allowed = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const satisfies readonly (keyof V1Volume)[];

const restricted = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
] as const satisfies readonly (keyof V1Volume)[];

const rule: Rule = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !allowed.some((type) => volume[type] != null));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((volume) => restricted.find((type) => volume[type] != null) ?? 'unknown'));
  const names = quoted(bad.map(({ name }) => name ?? ''));
  const verb = bad.length === 1 ? 'uses' : 'use';
  const noun = plural(types.length, 'restricted volume type');
  return {
    reason: 'restricted volume types',
    detail: `${plural(bad.length, 'volume')} ${names} ${verb} ${noun} ${quoted(types)}`,
  };
};

/** Volumes are of the cluster's own types, or claimed. */
export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  versions: [{ since: 0, rule, overrides: ['hostPathVolumes'] }],
};
