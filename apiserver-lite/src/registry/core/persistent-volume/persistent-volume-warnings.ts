import type { V1PersistentVolume } from '@pg8s/k8s-proto/generated/models';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { nodeTermWarnings } from '../../pod-template/pod-warnings.ts';
import { sourceWarnings } from '../../pod-template/volumes/volume-warnings.ts';
import { classWarnings } from '../persistent-volume-claim/persistent-volume-claim-warnings.ts';

/** Warnings of a volume: its class annotation, its reclaim policy and its source. */
export const persistentVolumeWarnings: KindWarnings<V1PersistentVolume> = (object) => {
  const spec = specOf(object);
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
