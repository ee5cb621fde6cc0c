import type {
  V1Affinity,
  V1NodeAffinity,
  V1PodAffinity,
  V1PodAffinityTerm,
  V1PodAntiAffinity,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Label, qualifiedName } from '../../fields/formats.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { each } from '../../fields/rules.ts';
import { validateNodeSelector, validateNodeSelectorTerm } from './node-selector.ts';

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateWeight(weight: number | undefined, field: string): FieldError[] {
  const number = weight ?? 0;
  return number <= 0 || number > 100
    ? [invalidValue(`${field}.weight`, number, 'must be in the range 1-100')]
    : [];
}

function validateKeys(term: V1PodAffinityTerm, field: string): FieldError[] {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const findings: FieldError[] = [];
  for (const [name, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    if (keys.length > 0 && labelSelector === undefined) {
      findings.push(
        forbiddenField(`${field}.${name}`, 'must not be specified when labelSelector is not set'),
      );
    } else {
      findings.push(
        ...each(keys, `${field}.${name}`, (key, path) => invalidEach(path, key, qualifiedName(key))),
      );
    }
  }
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index !== -1 && selected.has(key)) {
      findings.push(
        invalidValue(`${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'),
      );
    }
    selected.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    findings.push(
      invalidValue(
        `${field}.matchLabelKeys[${index}]`,
        key,
        'exists in both matchLabelKeys and mismatchLabelKeys',
      ),
    );
  }
  return findings;
}

function validateTerm(term: V1PodAffinityTerm, field: string): FieldError[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term;
  return [
    ...validateLabelSelector(labelSelector, `${field}.labelSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...namespaces.flatMap((name) => invalidEach(`${field}.namespace`, name, dns1123Label(name))),
    ...validateKeys(term, field),
    ...(topologyKey === '' ? [required(`${field}.topologyKey`, 'can not be empty')] : []),
    ...invalidEach(`${field}.topologyKey`, topologyKey, qualifiedName(topologyKey)),
  ];
}

function validatePods(affinity: V1PodAffinity | V1PodAntiAffinity | undefined, field: string): FieldError[] {
  return [
    ...each(affinity?.[hard], `${field}.${hard}`, validateTerm),
    ...each(affinity?.[soft], `${field}.${soft}`, ({ weight, podAffinityTerm }, path) => [
      ...validateWeight(weight, path),
      ...validateTerm(podAffinityTerm ?? {}, `${path}.podAffinityTerm`),
    ]),
  ];
}

function validateNodes(affinity: V1NodeAffinity | undefined, field: string): FieldError[] {
  const required = affinity?.[hard];
  return [
    ...(required === undefined ? [] : validateNodeSelector(required, `${field}.${hard}`)),
    ...each(affinity?.[soft], `${field}.${soft}`, ({ weight, preference }, path) => [
      ...validateWeight(weight, path),
      ...validateNodeSelectorTerm(preference, `${path}.preference`, false),
    ]),
  ];
}

/** Where a Pod must, should or must not run (Kubernetes: `core/validation.validateAffinity`). */
export function validateAffinity(affinity: V1Affinity | undefined, field: string): FieldError[] {
  return [
    ...validateNodes(affinity?.nodeAffinity, `${field}.nodeAffinity`),
    ...validatePods(affinity?.podAffinity, `${field}.podAffinity`),
    ...validatePods(affinity?.podAntiAffinity, `${field}.podAntiAffinity`),
  ];
}
