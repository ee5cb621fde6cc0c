import type { KubeObject } from '@pg8s/k8s-proto/object';

/** One grant (Kubernetes: `rbac/v1.PolicyRule`). */
export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

export interface AggregationRule {
  clusterRoleSelectors?: readonly { matchLabels?: Readonly<Record<string, string>> }[];
}

/** A Role or ClusterRole. */
export interface RoleObject extends KubeObject {
  rules?: PolicyRule[] | null;
  aggregationRule?: AggregationRule;
}

export interface Subject {
  kind: string;
  apiGroup?: string;
  name: string;
  namespace?: string;
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface BindingObject extends KubeObject {
  subjects?: Subject[];
  roleRef: RoleRef;
}

export const rbacGroup = 'rbac.authorization.k8s.io';

/** The resources that authorization reads, with their kinds. */
export const rbacKinds = {
  roles: 'Role',
  clusterroles: 'ClusterRole',
  rolebindings: 'RoleBinding',
  clusterrolebindings: 'ClusterRoleBinding',
} as const;

export type RbacResource = keyof typeof rbacKinds;

/** The resources that the RBAC authorizer reads. */
export const rbacGroupResources = (Object.keys(rbacKinds) as RbacResource[]).map((resource) => ({
  group: rbacGroup,
  resource,
}));
