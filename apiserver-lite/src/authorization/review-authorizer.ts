import type { AuthorizationRules, ReviewAuthorizer } from './access-questions.ts';
import { mastersGroup } from '../authentication/authenticator.ts';
import type { Authorizer } from './authorizer.ts';
import type { RbacIndex } from './rbac-index.ts';

/** The authorizer as SubjectAccessReviews and `kubectl auth can-i --list` ask it. */
export function reviewAuthorizer(authorizer: Authorizer, index: RbacIndex): ReviewAuthorizer {
  return {
    async authorize(question) {
      return authorizer.authorize(question);
    },
    async rulesFor(user, namespace) {
      const rules: AuthorizationRules = { resourceRules: [], nonResourceRules: [], incomplete: false };
      if (user.groups.includes(mastersGroup)) {
        rules.resourceRules.push({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
        rules.nonResourceRules.push({ verbs: ['*'], nonResourceURLs: ['*'] });
      }
      for (const { role } of index.rolesOf(user, namespace)) {
        for (const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs } of role?.rules ??
          []) {
          if (resources.length > 0) {
            rules.resourceRules.push({
              verbs: [...verbs],
              apiGroups: [...apiGroups],
              resources: [...resources],
              ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
            });
          }
          if (nonResourceURLs !== undefined && nonResourceURLs.length > 0) {
            rules.nonResourceRules.push({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] });
          }
        }
      }
      return rules;
    },
  };
}
