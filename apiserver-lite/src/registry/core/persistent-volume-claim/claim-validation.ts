import type { V1PersistentVolumeClaimSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { compareAmounts } from '../../fields/rules.ts';
import { validateClaimSpec } from './claim-spec.ts';

interface Claim extends KubeObject {
  spec?: V1PersistentVolumeClaimSpec;
  status?: { phase?: string; capacity?: Record<string, string> };
}

const specOf = (object: KubeObject) => (object as Claim).spec ?? {};
const unchangeable =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** Validates a new claim (Kubernetes: `ValidatePersistentVolumeClaim`). */
export function validateClaim(object: KubeObject): FieldError[] {
  return validateClaimSpec(specOf(object), 'spec');
}

/**
 * Once there, a claim may only ask for more, or for another class of attributes (Kubernetes:
 * `ValidatePersistentVolumeClaimUpdate`).
 */
export function validateClaimUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [specOf(object), specOf(old)];
  const [masked, known] = [copyOf(now), copyOf(before)];
  // The binder fills these in, once.
  if (!known.volumeName && masked.volumeName !== undefined) known.volumeName = masked.volumeName;
  if (known.storageClassName === undefined) delete masked.storageClassName;
  const { status } = object as Claim;
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
  const had = (old as Claim).status?.capacity?.['storage'] ?? '0';
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
