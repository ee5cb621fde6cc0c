import type { V1StatefulSet } from '@pg8s/k8s-proto/generated/models';
import { specOf } from '../../fields/spec-and-status.ts';
import { claimSpecWarnings } from '../../core/persistent-volume-claim/persistent-volume-claim-warnings.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { templateWarnings } from '../../pod-template/template-warnings.ts';

/** Warnings of the Pod template, and of the claim templates. */
export const statefulSetWarnings: KindWarnings<V1StatefulSet> = (object, old) => {
  const { volumeClaimTemplates, revisionHistoryLimit } = specOf(object);
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
