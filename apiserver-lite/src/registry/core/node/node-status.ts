import { statusOf } from '../../fields/spec-and-status.ts';
import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateAmount } from '../../pod-template/resources/resources.ts';
import { each } from '../../fields/rules.ts';

/** What a node has, and what of it is for Pods (Kubernetes: `core/validation.ValidateNodeResources`). */
export function validateNodeResources(object: V1Node): FieldError[] {
  const status = statusOf(object);
  return (['capacity', 'allocatable'] as const).flatMap((part) =>
    Object.entries(status[part] ?? {}).flatMap(([name, amount]) =>
      validateAmount(name, amount, `status.${part}.${name}`),
    ),
  );
}

/** What is reported of a node (Kubernetes: `core/validation.ValidateNodeUpdate`). */
export function validateNodeStatus(object: V1Node): FieldError[] {
  const { addresses } = statusOf(object);
  const seen = new Set<string>();
  return [
    ...each(addresses, 'status.addresses', (entry, path) => {
      const id = `${entry.type}/${entry.address}`;
      const findings = seen.has(id) ? [duplicate(path, goValue('core.v1.NodeAddress', entry))] : [];
      seen.add(id);
      return findings;
    }),
    ...validateNodeResources(object),
  ];
}
