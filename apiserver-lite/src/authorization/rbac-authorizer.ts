import type { UserInfo } from '../http/request-context.ts';
import type { Authorization, Authorizer } from './authorizer.ts';
import { aggregate, missingRole } from './missing-role.ts';
import type { BoundRole, RbacIndex } from './rbac-index.ts';

/**
 * Allows what a role says that is bound to the user or one of its groups; never denies (Kubernetes:
 * `authorizer/rbac`).
 */
export function rbacAuthorizer(index: RbacIndex): Authorizer {
  return {
    authorize(attributes) {
      let missing: string[] | undefined;
      const namespace = attributes.isResourceRequest ? attributes.namespace : '';
      for (const bound of index.rolesOf(attributes.user, namespace)) {
        const { role } = bound;
        if (role === undefined) {
          missing ??= [];
          missing.push(missingRole(bound.binding.roleRef));
        } else if (role.allows(attributes)) {
          return new AllowedByRole(bound, attributes.user);
        }
      }
      if (missing === undefined) return { decision: 'noOpinion', reason: '' };
      return { decision: 'noOpinion', reason: `RBAC: ${aggregate(missing)}` };
    },
  };
}

/** Says why only where somebody asks, as every request is authorized and few are reviewed. */
class AllowedByRole implements Authorization {
  readonly decision = 'allow';
  readonly #bound: BoundRole;
  readonly #user: UserInfo;

  constructor(bound: BoundRole, user: UserInfo) {
    this.#bound = bound;
    this.#user = user;
  }

  /**
   * `RBAC: allowed by RoleBinding "NAME/NAMESPACE" of Role "NAME" to User "NAME"` (Kubernetes:
   * `registry/rbac/validation/rule.go`).
   */
  get reason(): string {
    const { binding } = this.#bound;
    const { name, namespace, roleRef } = binding;
    const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    const place = namespace === '' ? name : `${name}/${namespace}`;
    const [kindOfSubject, subject] = binding.subjectOf(this.#user);
    return `RBAC: allowed by ${kind} ${JSON.stringify(place)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${kindOfSubject} ${JSON.stringify(subject)}`;
  }
}
