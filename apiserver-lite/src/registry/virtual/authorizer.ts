import type { UserInfo } from '../../server/request-context.ts';

/** A question to the authorizer (Kubernetes: `authorizer.Attributes`). */
export interface AuthorizationQuestion {
  user: UserInfo;
  verb: string;
  isResourceRequest: boolean;
  namespace: string;
  apiGroup: string;
  apiVersion: string;
  resource: string;
  subresource: string;
  name: string;
  /** For questions about paths such as `/healthz`. */
  path: string;
  fieldSelector: string;
  labelSelector: string;
}

export interface AuthorizationAnswer {
  decision: 'allow' | 'deny' | 'noOpinion';
  reason: string;
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
  authorize(question: AuthorizationQuestion): Promise<AuthorizationAnswer>;
  rulesFor(user: UserInfo, namespace: string): Promise<AuthorizationRules>;
}

/** Who a bearer token speaks for; undefined when nobody knows it, a message when it is wrong. */
export interface TokenAuthenticator {
  authenticateToken(
    token: string,
    audiences: readonly string[],
  ): Promise<{ user: UserInfo; audiences?: readonly string[] } | { error: string } | undefined>;
}
