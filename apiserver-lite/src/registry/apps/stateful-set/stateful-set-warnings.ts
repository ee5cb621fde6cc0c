import type { V1StatefulSetSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { claimSpecWarnings } from '../../core/persistent-volume-claim/persistent-volume-claim-warnings.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

/** Warnings of the Pod template, and of the claim templates. */
export const statefulSetWarnings: KindWarnings = (object, old) => {
  const { volumeClaimTemplates, revisionHistoryLimit } = specOf<V1StatefulSetSpec>(object);
  const warnings = templateWarnings(object, old);
  for (const [index, { spec }] of (volumeClaimTemplates ?? []).entries()) {
    warnings.push(...claimSpecWarnings(spec, `spec.volumeClaimTemplates[${index}]`));
  }
  if (typeof revisionHistoryLimit === 'number' && revisionHistoryLimit < 0) {
    const advice = 'a negative value retains all historical revisions; a value >= 0 is recommended';
    warnings.push(`spec.revisionHistoryLimit: ${advice}`);
  }
  return warnings;
};
