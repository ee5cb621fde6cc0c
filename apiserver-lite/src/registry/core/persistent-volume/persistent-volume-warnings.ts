import type { V1PersistentVolumeSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { nodeTermWarnings } from '../../pod-template/pod-warnings.ts';
import { sourceWarnings } from '../../pod-template/volumes/volume-warnings.ts';
import { classWarnings } from '../persistent-volume-claim/persistent-volume-claim-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

/** Warnings of a volume: its class annotation, its reclaim policy and its source. */
export const persistentVolumeWarnings: KindWarnings = (object) => {
  const spec = specOf<V1PersistentVolumeSpec>(object);
  const warnings = classWarnings(object);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const advice =
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
    warnings.push(`spec.persistentVolumeReclaimPolicy: ${advice}`);
  }
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return [
    ...warnings,
    ...terms.flatMap((term, index) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    ...sourceWarnings(spec, 'spec'),
  ];
};
