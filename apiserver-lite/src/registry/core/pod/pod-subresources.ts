import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { forbiddenField } from '../../fields/field-errors.ts';

/**
 * Debug containers come, and never change or go (Kubernetes:
 * `core/validation.ValidatePodEphemeralContainersUpdate`).
 */
export function validateEphemeralContainersUpdate(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const field = 'spec.ephemeralContainers';
  return (old.ephemeralContainers ?? []).flatMap((before) => {
    const now = next.ephemeralContainers?.find(({ name }) => name === before.name);
    const refuse = (what: string) => [
      forbiddenField(field, `existing ephemeral containers ${goQuote(before.name)} may not be ${what}`),
    ];
    if (now === undefined) return refuse('removed\n');
    if (isSame(now, before)) return [];
    return refuse(`changed\n${describeChange('core.v1.EphemeralContainer', before, now)}`);
  });
}
