import type { V1PersistentVolumeClaim, V1PersistentVolumeClaimSpec } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { fractionWarnings } from '../../pod-template/containers/container-warnings.ts';

/** Warnings of the spec of a claim, which is at `field`: fractions of bytes. */
export function claimSpecWarnings(spec: V1PersistentVolumeClaimSpec | undefined, field: string): string[] {
  const { requests, limits } = spec?.resources ?? {};
  return [
    ...fractionWarnings(requests, `${field}.resources.requests`, 'storage'),
    ...fractionWarnings(limits, `${field}.resources.limits`, 'storage'),
  ];
}

const oldClass = 'volume.beta.kubernetes.io/storage-class';

/** Warns of the annotation that named the storage class before `storageClassName`. */
export function classWarnings({ metadata }: V1PersistentVolumeClaim): string[] {
  return metadata.annotations?.[oldClass] === undefined
    ? []
    : [`metadata.annotations[${oldClass}]: deprecated since v1.8; use "storageClassName" attribute instead`];
}

/** Warnings of a claim: its class annotation and its spec. */
export const persistentVolumeClaimWarnings: KindWarnings<V1PersistentVolumeClaim> = (object) => [
  ...classWarnings(object),
  ...claimSpecWarnings(object.spec as V1PersistentVolumeClaimSpec | undefined, 'spec'),
];
