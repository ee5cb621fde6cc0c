import { allowed } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';
import type { RbacIndex } from './rbac-index.ts';

/**
 * Allows what a role says that is bound to the user or one of its groups; never denies (Kubernetes:
 * `authorizer/rbac`).
 */
export function rbacAuthorizer(index: RbacIndex): Authorizer {
  return {
    authorize(attributes) {
      let missing: Set<string> | undefined;
      const namespace = attributes.isResourceRequest ? attributes.namespace : '';
      for (const { roleRef, role } of index.rolesOf(attributes.user, namespace)) {
        if (role === undefined) {
          missing ??= new Set();
          missing.add(`${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`);
        } else if (role.allows(attributes)) {
          return allowed;
        }
      }
      if (missing === undefined) return { decision: 'noOpinion', reason: '' };
      const all = [...missing];
      return { decision: 'noOpinion', reason: `RBAC: ${all.length === 1 ? all[0] : `[${all.join(', ')}]`}` };
    },
  };
}
