import type { V1StorageClass, V1TopologySelectorTerm } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { immutable } from '../../fields/metadata.ts';
import { each, named, oneOfIfSet } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';
import { validateParameters } from '../class-parameters.ts';

function validateTerm({ matchLabelExpressions }: V1TopologySelectorTerm, path: string): FieldError[] {
  const keys = new Set<string>();
  return each(
    matchLabelExpressions,
    `${path}.matchLabelExpressions`,
    ({ key = '', values: given }, place) => {
      // Clients in Go write null for lists without items.
      const values = given ?? [];
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
}

/** What a term asks, in whatever order it asks. */
function askedBy({ matchLabelExpressions }: V1TopologySelectorTerm): string {
  return JSON.stringify(
    (matchLabelExpressions ?? [])
      .map(({ key = '', values }) => [key, [...new Set(values ?? [])].sort()] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/**
 * A term is a duplicate of every term before it that asks the same. One that asks nothing is also one of as
 * many terms as there are, with which kube-apiserver begins (Kubernetes:
 * `storage/validation.validateAllowedTopologies`).
 */
function validateTopologies(terms: readonly V1TopologySelectorTerm[] | undefined): FieldError[] {
  const seen: string[] = (terms ?? []).map(() => askedBy({}));
  return each(terms, 'allowedTopologies', (term, path) => {
    const asked = askedBy(term);
    const same = seen.filter((other) => other === asked);
    seen.push(asked);
    return [...validateTerm(term, path), ...same.map(() => duplicate(`${path}.matchLabelExpressions`, ''))];
  });
}

/** Kubernetes: `storage/validation.ValidateStorageClass`. */
export function validateStorageClass(object: V1StorageClass): FieldError[] {
  return [
    ...named('provisioner', object.provisioner?.toLowerCase(), qualifiedName),
    ...validateParameters(object.parameters),
    ...oneOfIfSet('reclaimPolicy', object.reclaimPolicy || undefined, ['Delete', 'Retain']),
    ...(object.volumeBindingMode === undefined ? [required('volumeBindingMode')] : []),
    ...oneOfIfSet('volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ...validateTopologies(object.allowedTopologies),
  ];
}

/** What a class says of its volumes is immutable. */
export function validateStorageClassUpdate(object: V1StorageClass, old: V1StorageClass): FieldError[] {
  return (['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const)
    .filter((name) => !isSame(object[name], old[name]))
    .map((name) => invalidValue(name, object[name] ?? (name === 'provisioner' ? '' : null), immutable));
}
