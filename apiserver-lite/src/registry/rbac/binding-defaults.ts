import type { V1ClusterRoleBinding, V1RoleBinding } from '@pg8s/k8s-proto/generated/models';
import { existing, fillText, items } from '../fields/fill.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

/** Fills the API groups of a RoleBinding or ClusterRoleBinding. */
export function defaultRoleBinding(object: V1RoleBinding | V1ClusterRoleBinding): void {
  const role = existing(object, 'roleRef');
  if (role !== undefined) fillText(role, { apiGroup: rbacGroup });
  for (const subject of items(object, 'subjects')) {
    if (subject.kind === 'User' || subject.kind === 'Group') fillText(subject, { apiGroup: rbacGroup });
  }
}
