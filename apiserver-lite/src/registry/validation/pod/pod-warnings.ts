import type { V1Container, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';
import { goQuote } from '../field-errors.ts';

/** Labels of nodes that have another name now. */
const renamedNodeLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

function containerWarnings(container: V1Container, field: string): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of (container.env ?? []).entries()) {
    if (seen.has(name)) {
      warnings.push(
        `${field}.env[${index}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`,
      );
    }
    seen.add(name);
  }
  const ports = new Map<string, number>();
  for (const [index, { containerPort, protocol = 'TCP' }] of (container.ports ?? []).entries()) {
    const id = `${containerPort}/${protocol}`;
    const first = ports.get(id);
    if (first === undefined) ports.set(id, index);
    else warnings.push(`${field}.ports[${index}]: duplicate port definition with ${field}.ports[${first}]`);
  }
  return warnings;
}

/** What is allowed in a Pod's spec and is a mistake all the same (Kubernetes: `pkg/api/pod/warnings.go`). */
export function podWarnings(spec: V1PodSpec | undefined, field: string): string[] {
  if (spec === undefined) return [];
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const advice = renamedNodeLabels[key];
    if (advice !== undefined) warnings.push(`${field}.nodeSelector[${key}]: ${advice}`);
  }
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      warnings.push(...containerWarnings(container, `${field}.${list}[${index}]`));
    }
  }
  return warnings;
}

/** The same for a workload's template. */
export function templateWarnings(object: { [field: string]: unknown }): string[] {
  const { template } = (object['spec'] ?? {}) as { template?: V1PodTemplateSpec };
  return podWarnings(template?.spec, 'spec.template.spec');
}
