import type {
  V1NodeSelectorTerm,
  V1ObjectMeta,
  V1PodAffinity,
  V1PodAntiAffinity,
  V1PodSpec,
} from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { containerWarnings, portNameWarnings, portWarnings } from './containers/container-warnings.ts';
import { volumeWarnings } from './volumes/volume-warnings.ts';

/** Labels of nodes that have another name now. */
const renamedNodeLabels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
    'failure-domain.beta.kubernetes.io/region':
      'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    'failure-domain.beta.kubernetes.io/zone':
      'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    'beta.kubernetes.io/instance-type':
      'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
  }),
);

const deadAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod':
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const podSeccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';
const matchesNothing = 'a null labelSelector results in matching no pod';

/** What to say of a node's label that has another name now. */
export function renamedNodeLabel(key: string): string | undefined {
  return renamedNodeLabels.get(key);
}

/** The node labels of a selector that have another name now. */
export function nodeTermWarnings(term: V1NodeSelectorTerm | undefined, field: string): string[] {
  return (term?.matchExpressions ?? []).flatMap(({ key }, index) => {
    const advice = renamedNodeLabels.get(key);
    return advice === undefined ? [] : [`${field}.matchExpressions[${index}].key: ${key} is ${advice}`];
  });
}

function nodeWarnings(spec: V1PodSpec, field: string): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const advice = renamedNodeLabels.get(key);
    if (advice !== undefined) warnings.push(`${field}.nodeSelector[${key}]: ${advice}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const path = `${field}.affinity.nodeAffinity`;
  for (const [index, term] of (affinity?.[hard]?.nodeSelectorTerms ?? []).entries()) {
    warnings.push(...nodeTermWarnings(term, `${path}.${hard}.nodeSelectorTerms[${index}]`));
  }
  for (const [index, { preference }] of (affinity?.[soft] ?? []).entries()) {
    warnings.push(...nodeTermWarnings(preference, `${path}.${soft}[${index}].preference`));
  }
  for (const [index, spread] of (spec.topologySpreadConstraints ?? []).entries()) {
    const place = `${field}.topologySpreadConstraints[${index}]`;
    const advice = renamedNodeLabels.get(spread.topologyKey);
    if (advice !== undefined) warnings.push(`${place}.topologyKey: ${spread.topologyKey} is ${advice}`);
    if (!spread.labelSelector) warnings.push(`${place}.labelSelector: ${matchesNothing}`);
  }
  return warnings;
}

function podAffinityWarnings(
  affinity: V1PodAffinity | V1PodAntiAffinity | undefined,
  field: string,
): string[] {
  const warnings: string[] = [];
  for (const [index, { labelSelector }] of (affinity?.[hard] ?? []).entries()) {
    if (!labelSelector) warnings.push(`${field}.${hard}[${index}].labelSelector: ${matchesNothing}`);
  }
  for (const [index, { podAffinityTerm }] of (affinity?.[soft] ?? []).entries()) {
    if (podAffinityTerm?.labelSelector) continue;
    warnings.push(`${field}.${soft}[${index}].podAffinityTerm.labelSelector: ${matchesNothing}`);
  }
  return warnings;
}

/** Items of a list that repeat what an earlier one says. */
function repeated(values: readonly string[], field: string, what: string): string[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [`${field}[${index}].${what}: duplicate ${what} ${goQuote(value)}`],
  );
}

function listWarnings(spec: V1PodSpec, field: string): string[] {
  const secrets = (spec.imagePullSecrets ?? []).map(({ name }) => name ?? '');
  const path = `${field}.imagePullSecrets`;
  return [
    ...repeated(
      (spec.hostAliases ?? []).map(({ ip }) => ip ?? ''),
      `${field}.hostAliases`,
      'ip',
    ),
    ...repeated(secrets, path, 'name'),
    ...secrets.flatMap((name, index) =>
      name === '' ? [`${path}[${index}].name: invalid empty name ""`] : [],
    ),
  ];
}

/**
 * What is allowed in a Pod and is a mistake all the same; `above` is where a template stands (Kubernetes:
 * `pkg/api/pod/warnings.go`).
 */
export function podWarnings(
  { metadata, spec }: { metadata?: V1ObjectMeta | undefined; spec?: V1PodSpec | undefined },
  above = '',
): string[] {
  if (!spec) return [];
  const field = `${above}spec`;
  const annotations = metadata?.annotations ?? {};
  const annotated = (key: string) => `${above}metadata.annotations[${key}]`;
  const warnings = nodeWarnings(spec, field);
  for (const [key, advice] of Object.entries(deadAnnotations)) {
    if (annotations[key] !== undefined) warnings.push(`${annotated(key)}: ${advice}`);
  }
  warnings.push(...volumeWarnings(spec.volumes, `${field}.volumes`), ...listWarnings(spec, field));
  if (!spec.securityContext?.seccompProfile && annotations[podSeccomp] !== undefined) {
    warnings.push(
      `${annotated(podSeccomp)}: non-functional in v1.27+; use the "seccompProfile" field instead`,
    );
  }
  warnings.push(
    ...containerWarnings({ spec, field, annotations, annotated, isTemplate: above !== '' }),
    ...portWarnings(spec, field),
    ...portNameWarnings(spec, field),
  );
  const grace = spec.terminationGracePeriodSeconds;
  if (typeof grace === 'number' && grace < 0) {
    const advice = 'must be >= 0; negative values are invalid and will be treated as 1';
    warnings.push(`${field}.terminationGracePeriodSeconds: ${advice}`);
  }
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [
    ...warnings,
    ...podAffinityWarnings(podAffinity, `${field}.affinity.podAffinity`),
    ...podAffinityWarnings(podAntiAffinity, `${field}.affinity.podAntiAffinity`),
  ];
}
