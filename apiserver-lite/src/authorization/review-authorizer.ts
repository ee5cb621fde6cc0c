import { nodeNameOf } from '../authentication/node-identity.ts';
import type { UserInfo } from '../http/request-context.ts';
import type { AuthorizationRules, ReviewAuthorizer } from './access-questions.ts';
import type { Authorizer } from './authorizer.ts';
import { aggregate, missingRole } from './missing-role.ts';
import type { RbacIndex } from './rbac-index.ts';

/** What the authorizer of one mode says that a user may do (Kubernetes: `authorizer.RuleResolver`). */
type ListRules = (user: UserInfo, namespace: string) => AuthorizationRules;

const none: AuthorizationRules = { resourceRules: [], nonResourceRules: [], incomplete: false };

/** What AlwaysDeny lists. */
export const listNothing: ListRules = () => none;

/** What AlwaysAllow lists. */
export const listEverything: ListRules = () => ({
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
});

/** What the Node authorizer lists: it cannot say what a node may do. */
export const listNodeRules: ListRules = (user) =>
  nodeNameOf(user) === undefined
    ? none
    : {
        ...none,
        incomplete: true,
        evaluationError: 'node authorizer does not support user rule resolution',
      };

/** What RBAC lists: the rules of each binding of the user. */
export function listRbacRules(index: RbacIndex): ListRules {
  return (user, namespace) => {
    const rules: AuthorizationRules = { resourceRules: [], nonResourceRules: [], incomplete: false };
    const seen = new Set<object>();
    const missing: string[] = [];
    for (const { binding, role } of index.rolesOf(user, namespace)) {
      if (seen.has(binding)) continue;
      seen.add(binding);
      if (role === undefined) missing.push(missingRole(binding.roleRef));
      for (const rule of role?.rules ?? []) {
        const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] } = rule;
        if (resources.length > 0) {
          rules.resourceRules.push({
            verbs: [...verbs],
            apiGroups: [...apiGroups],
            resources: [...resources],
            ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
          });
        }
        if (nonResourceURLs.length > 0) {
          rules.nonResourceRules.push({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] });
        }
      }
    }
    return missing.length === 0 ? rules : { ...rules, evaluationError: aggregate(missing) };
  };
}

/**
 * The authorizer as SubjectAccessReviews and `kubectl auth can-i --list` ask it; `lists` are those of its
 * modes.
 */
export function reviewAuthorizer(authorizer: Authorizer, lists: readonly ListRules[]): ReviewAuthorizer {
  return {
    async authorize(question) {
      return authorizer.authorize(question);
    },
    async rulesFor(user, namespace) {
      const all = lists.map((list) => list(user, namespace));
      const errors = all.flatMap(({ evaluationError }) => evaluationError ?? []);
      return {
        resourceRules: all.flatMap(({ resourceRules }) => resourceRules),
        nonResourceRules: all.flatMap(({ nonResourceRules }) => nonResourceRules),
        incomplete: all.some(({ incomplete }) => incomplete),
        ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }),
      };
    },
  };
}
