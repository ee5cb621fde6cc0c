import type { V1Container, V1PodSpec } from '@pg8s/k8s-proto/generated/models';

interface Ended {
  name: string;
  exitCode: number;
}

interface Rule {
  action?: string;
  exitCodes?: { operator?: string; values?: number[] };
}

const rulesOf = (container: V1Container | undefined) =>
  ((container as { restartPolicyRules?: Rule[] } | undefined)?.restartPolicyRules ?? []) as readonly Rule[];

function matches({ exitCodes }: Rule, exitCode: number): boolean {
  const isListed = (exitCodes?.values ?? []).includes(exitCode);
  return exitCodes?.operator === 'NotIn' ? !isListed : isListed;
}

/**
 * Whether a container that has ended may run again: the Pod's policy decides, unless the container has its
 * own.
 */
export function mayRun(kind: string, spec: V1PodSpec, { name, exitCode }: Ended): boolean {
  if (kind === 'ephemeralContainerStatuses') return false;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  if (containers.some((other) => rulesOf(other).some(({ action }) => action === 'RestartAllContainers'))) {
    return true;
  }
  const list = kind === 'initContainerStatuses' ? spec.initContainers : spec.containers;
  const container = (list ?? []).find((known) => known.name === name);
  const rule = rulesOf(container).find((known) => matches(known, exitCode));
  if (rule !== undefined) return rule.action === 'Restart';
  const policy = container?.restartPolicy ?? spec.restartPolicy;
  return spec.restartPolicy === 'Always' || policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
