import type { PolicyRule, RoleObject } from '../rbac-objects.ts';
import { rbacGroup } from '../rbac-objects.ts';

const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';
const bootstrapLabels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

/** Verbs that only look. */
export const read = 'get list watch';
/** Verbs of objects that come and go. */
export const write = 'create delete deletecollection patch update';

/** `verbs group resource …`, each a list separated by spaces; `core` is the group without a name. */
export function rule(
  verbs: string,
  groups: string,
  resources: string,
  names?: readonly string[],
): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: [...names] }),
  };
}

/** Paths that are no resources. */
export function paths(verbs: string, urls: string): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(urls) };
}

/** Every component records events. */
export const recordEvents = rule('create patch update', 'core events.k8s.io', 'events');

function words(text: string): string[] {
  return text.split(' ').sort();
}

/** What every object of the policy carries: it is kept as it is here unless the annotation is set to "false". */
export function policyMetadata(name: string, labels: Record<string, string> = {}): RoleObject['metadata'] {
  return {
    name,
    labels: { ...bootstrapLabels, ...labels },
    annotations: { [autoUpdateAnnotation]: 'true' },
  };
}

/** Whether an object may be brought back to what the policy says. */
export function mayUpdate({ metadata }: Pick<RoleObject, 'metadata'>): boolean {
  return metadata.annotations?.[autoUpdateAnnotation] === 'true';
}

export function clusterRole(
  name: string,
  rules: PolicyRule[],
  labels: Record<string, string> = {},
): RoleObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRole',
    metadata: policyMetadata(name, labels),
    rules,
  };
}
