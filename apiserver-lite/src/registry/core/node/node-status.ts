import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { statusOf } from '../../fields/spec-and-status.ts';
import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidValue } from '../../fields/field-errors.ts';
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

/** `MyFeature`, `MyFeature/itsPart` */
const featureName = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const mostFeatureBytes = 253;

function wrongFeature(name: string): string | undefined {
  const wrong = `invalid feature name ${goQuote(name)}: `;
  if (Buffer.byteLength(name) > mostFeatureBytes)
    return `${wrong}must be no more than ${mostFeatureBytes} characters`;
  return featureName.test(name)
    ? undefined
    : `${wrong}must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
}

/** Features that the kubelet says it has, in the order of their names, each once. */
export function validateDeclaredFeatures(object: V1Node): FieldError[] {
  const { declaredFeatures: names = [] } = statusOf(object);
  const field = 'status.declaredFeatures';
  return names.flatMap((name, at) => {
    const wrong = wrongFeature(name);
    const findings = wrong === undefined ? [] : [invalidValue(`${field}[${at}]`, name, wrong)];
    const next = names[at + 1];
    if (next === undefined) return findings;
    const path = `${field}[${at + 1}]`;
    if (next === name) findings.push(duplicate(path, next));
    else if (compareBytes(name, next) > 0)
      findings.push(invalidValue(path, next, 'list must be sorted alphabetically'));
    return findings;
  });
}

/** Addresses that are reported twice. */
export function validateAddresses(object: V1Node): FieldError[] {
  const seen = new Set<string>();
  return each(statusOf(object).addresses, 'status.addresses', (entry, path) => {
    const id = `${entry.type}/${entry.address}`;
    const findings = seen.has(id) ? [duplicate(path, goValue('core.v1.NodeAddress', entry))] : [];
    seen.add(id);
    return findings;
  });
}
