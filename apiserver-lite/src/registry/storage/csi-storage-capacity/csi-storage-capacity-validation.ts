import type { V1CSIStorageCapacity, V1LabelSelector } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { metaValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { immutable } from '../../fields/metadata.ts';
import { notNegative, signOf } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';

interface Capacity {
  nodeTopology?: V1LabelSelector;
  storageClassName?: string;
  capacity?: string;
}

const capacityOf = (object: V1CSIStorageCapacity): Capacity => object as Capacity & KubeObject;

/** How much room there is somewhere (Kubernetes: `storage/validation.ValidateCSIStorageCapacity`). */
export function validateStorageCapacity(object: V1CSIStorageCapacity): FieldError[] {
  const { nodeTopology, storageClassName: name = '', capacity } = capacityOf(object);
  return [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...invalidEach('storageClassName', name, dns1123Subdomain(name)),
    ...(signOf(capacity) < 0 ? [invalidValue('capacity', capacity, notNegative)] : []),
  ];
}

/** Where, and of which class, stays. */
export function validateStorageCapacityUpdate(
  object: V1CSIStorageCapacity,
  old: V1CSIStorageCapacity,
): FieldError[] {
  const [now, before] = [capacityOf(object), capacityOf(old)];
  const findings: FieldError[] = [];
  if (!isSame(now.nodeTopology, before.nodeTopology)) {
    const value = metaValue('LabelSelector', now.nodeTopology);
    findings.push(invalidValue('nodeTopology', value, immutable));
  }
  if (now.storageClassName !== before.storageClassName) {
    findings.push(invalidValue('storageClassName', now.storageClassName ?? '', immutable));
  }
  return findings;
}
