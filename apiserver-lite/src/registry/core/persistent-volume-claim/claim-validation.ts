import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { compareAmounts } from '../../fields/rules.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { validateClaimSpec } from './claim-spec.ts';

const unchangeable =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** Validates a new claim (Kubernetes: `ValidatePersistentVolumeClaim`). */
export function validateClaim(object: V1PersistentVolumeClaim): FieldError[] {
  return validateClaimSpec(specOf(object), 'spec');
}

/**
 * Once there, a claim may only ask for more, or for another class of attributes (Kubernetes:
 * `ValidatePersistentVolumeClaimUpdate`).
 */
export function validateClaimUpdate(
  object: V1PersistentVolumeClaim,
  old: V1PersistentVolumeClaim,
): FieldError[] {
  const [now, before] = [specOf(object), specOf(old)];
  const [masked, known] = [copyOf(now), copyOf(before)];
  // The binder fills these in, once.
  if (!known.volumeName && masked.volumeName !== undefined) known.volumeName = masked.volumeName;
  if (known.storageClassName === undefined) delete masked.storageClassName;
  const { status } = object;
  const bound = status?.phase === 'Bound';
  const storage = known.resources?.requests?.['storage'];
  if (bound && masked.resources?.requests !== undefined && storage !== undefined) {
    masked.resources.requests['storage'] = storage;
  }
  if (bound && masked.volumeAttributesClassName !== undefined) {
    if (known.volumeAttributesClassName === undefined) delete masked.volumeAttributesClassName;
    else masked.volumeAttributesClassName = known.volumeAttributesClassName;
  }
  const findings: FieldError[] = [];
  if (!isSame(masked, known)) {
    findings.push(
      forbiddenField(
        'spec',
        `${unchangeable}\n${describeChange('core.v1.PersistentVolumeClaimSpec', known, masked)}`,
      ),
    );
  }
  const asked = now.resources?.requests?.['storage'];
  const had = old.status?.capacity?.['storage'] ?? '0';
  if (
    (compareAmounts(asked ?? '0', storage ?? '0') ?? 0) < 0 &&
    (compareAmounts(asked ?? '0', had) ?? 0) <= 0
  ) {
    findings.push(
      forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'),
    );
  }
  if (!isSame(now.volumeMode, before.volumeMode))
    findings.push(invalidValue('volumeMode', now.volumeMode, immutable));
  if (before.volumeAttributesClassName !== undefined && !now.volumeAttributesClassName) {
    const what = now.volumeAttributesClassName === undefined ? 'nil' : 'an empty string';
    findings.push(
      forbiddenField('spec.volumeAttributesClassName', `update from non-nil value to ${what} is forbidden`),
    );
  }
  return findings;
}
