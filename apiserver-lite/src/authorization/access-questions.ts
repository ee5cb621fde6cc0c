import type { Authorization, AuthorizationAttributes } from './authorizer.ts';
import type { UserInfo } from '../http/request-context.ts';

/** A question to the authorizer, with the selectors that a review may name besides. */
export interface AuthorizationQuestion extends AuthorizationAttributes {
  fieldSelector: string;
  labelSelector: string;
}

/** What a user may do, as far as the authorizer can list it (`SelfSubjectRulesReview`). */
export interface AuthorizationRules {
  resourceRules: { verbs: string[]; apiGroups: string[]; resources: string[]; resourceNames?: string[] }[];
  nonResourceRules: { verbs: string[]; nonResourceURLs: string[] }[];
  /** Some authorizer cannot list its rules. */
  incomplete: boolean;
  evaluationError?: string;
}

/** The authorizer as the review resources need it. */
export interface ReviewAuthorizer {
  authorize(question: AuthorizationQuestion): Promise<Authorization>;
  rulesFor(user: UserInfo, namespace: string): Promise<AuthorizationRules>;
}
