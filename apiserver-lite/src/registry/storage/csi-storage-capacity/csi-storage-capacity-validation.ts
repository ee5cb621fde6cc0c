import type { V1CSIStorageCapacity } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { metaValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { immutable } from '../../fields/metadata.ts';
import { notNegative, signOf } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';

/** How much room there is somewhere (Kubernetes: `storage/validation.ValidateCSIStorageCapacity`). */
export function validateStorageCapacity(object: V1CSIStorageCapacity): FieldError[] {
  const { nodeTopology, storageClassName: name = '', capacity } = object;
  return [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...invalidEach('storageClassName', name, dns1123Subdomain(name)),
    ...(signOf(capacity) < 0 ? [invalidValue('capacity', capacity, notNegative)] : []),
  ];
}

/** Topology and class of a capacity are immutable. */
export function validateStorageCapacityUpdate(
  object: V1CSIStorageCapacity,
  old: V1CSIStorageCapacity,
): FieldError[] {
  const findings: FieldError[] = [];
  if (!isSame(object.nodeTopology, old.nodeTopology)) {
    const value = metaValue('LabelSelector', object.nodeTopology);
    findings.push(invalidValue('nodeTopology', value, immutable));
  }
  if (object.storageClassName !== old.storageClassName) {
    findings.push(invalidValue('storageClassName', object.storageClassName ?? '', immutable));
  }
  return findings;
}
