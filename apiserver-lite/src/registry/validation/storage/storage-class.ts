import type { V1TopologySelectorTerm } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  required,
  tooLong,
} from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { immutable } from '../../fields/metadata.ts';
import { each, named, oneOf, oneOfIfSet } from '../../fields/rules.ts';

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;

function validateParameters(parameters: Record<string, string> | undefined): FieldError[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > maxParameters) return [tooLong('parameters', maxParameters)];
  const findings = entries
    .filter(([key]) => key === '')
    .map(([key]) => invalidValue('parameters', key, 'field can not be empty.'));
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return bytes > maxParameterBytes ? [...findings, tooLong('parameters', maxParameterBytes)] : findings;
}

function validateTopologies(terms: readonly V1TopologySelectorTerm[] | undefined): FieldError[] {
  return each(terms, 'allowedTopologies', ({ matchLabelExpressions }, path) => {
    const keys = new Set<string>();
    return each(
      matchLabelExpressions,
      `${path}.matchLabelExpressions`,
      ({ key = '', values: given }, place) => {
        const values = (given as string[] | null | undefined) ?? [];
        const seen = new Set<string>();
        const findings = values.length === 0 ? [required(`${place}.values`)] : [];
        findings.push(
          ...each(values, `${place}.values`, (value, spot) => {
            const found = seen.has(value) ? [duplicate(spot, value)] : [];
            seen.add(value);
            return found;
          }),
          ...invalidEach(`${place}.key`, key, qualifiedName(key)),
        );
        if (keys.has(key)) findings.push(duplicate(`${place}.key`, key));
        keys.add(key);
        return findings;
      },
    );
  });
}

/** Two terms that ask the same are one too many, in whatever order they ask. */
function validateDistinct(terms: readonly V1TopologySelectorTerm[] | undefined): FieldError[] {
  const seen = new Set<string>();
  return each(terms, 'allowedTopologies', ({ matchLabelExpressions = [] }, path) => {
    const asked = JSON.stringify(
      matchLabelExpressions
        .map(({ key = '', values = [] }) => [key, [...new Set(values)].sort()] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
    const found = seen.has(asked) ? [duplicate(`${path}.matchLabelExpressions`, '')] : [];
    seen.add(asked);
    return found;
  });
}

/** Kubernetes: `storage/validation.ValidateStorageClass`. */
export function validateStorageClass(object: KubeObject): FieldError[] {
  const text = (name: string) => object[name] as string | undefined;
  return [
    ...named('provisioner', text('provisioner'), (name) => qualifiedName(name.toLowerCase())),
    ...validateParameters(object['parameters'] as Record<string, string> | undefined),
    ...oneOfIfSet('reclaimPolicy', text('reclaimPolicy'), ['Delete', 'Retain']),
    ...oneOf('volumeBindingMode', text('volumeBindingMode'), ['Immediate', 'WaitForFirstConsumer']),
    ...validateTopologies(object['allowedTopologies'] as V1TopologySelectorTerm[] | undefined),
    ...validateDistinct(object['allowedTopologies'] as V1TopologySelectorTerm[] | undefined),
  ];
}

/** A class makes the same volumes for ever. */
export function validateStorageClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']
    .filter((name) => !isSame(object[name], old[name]))
    .map((name) => invalidValue(name, object[name] ?? (name === 'provisioner' ? '' : null), immutable));
}

/** Kubernetes: `storage/validation.ValidateVolumeAttributesClass`. */
export function validateVolumeAttributesClass(object: KubeObject): FieldError[] {
  const { driverName, parameters } = object as { driverName?: string; parameters?: Record<string, string> };
  const empty = Object.keys(parameters ?? {}).length === 0;
  return [
    ...named('driverName', driverName, (name) => qualifiedName(name.toLowerCase())),
    ...validateParameters(parameters),
    ...(empty ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ];
}

/** A class asks the same of the same driver for ever. */
export function validateVolumeAttributesClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return ['driverName', 'parameters']
    .filter((name) => !isSame(object[name], old[name]))
    .map((name) => forbiddenField(name, `updates to ${name} are forbidden.`));
}
