import type { RequestContext, UserInfo } from '../http/request-context.ts';
import { forbidden, StatusError } from '../api-errors/status-error.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { mastersGroup } from '../authentication/authenticator.ts';

/** What somebody wants to do (Kubernetes: `authorization/authorizer.Attributes`). */
export interface AuthorizationAttributes {
  user: UserInfo;
  verb: string;
  isResourceRequest: boolean;
  namespace: string;
  apiGroup: string;
  apiVersion: string;
  resource: string;
  subresource: string;
  name: string;
  /** Of requests for no resource, such as `/healthz`. */
  path: string;
  /** Of a list, watch or deletecollection, as it was asked for. */
  fieldSelector?: string;
}

export interface Authorization {
  readonly decision: 'allow' | 'deny' | 'noOpinion';
  /** Why, where there is something to say. */
  readonly reason: string;
}

/** Decides; `noOpinion` passes the question on, and is a refusal where nobody else is asked. */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Authorization | Promise<Authorization>;
}

export const allowed: Authorization = Object.freeze({ decision: 'allow', reason: '' });
const noOpinion: Authorization = Object.freeze({ decision: 'noOpinion', reason: '' });

/** `--authorization-mode=AlwaysAllow`. */
export const alwaysAllow: Authorizer = { authorize: () => allowed };

/** `--authorization-mode=AlwaysDeny`. */
export const alwaysDeny: Authorizer = {
  authorize: () => ({ decision: 'noOpinion', reason: 'Everything is forbidden.' }),
};

/** Members of `system:masters` may do everything, before anybody else is asked. */
export const mastersMayDoAll: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(mastersGroup) ? allowed : noOpinion),
};

/** Asks in order until one allows or denies; the reasons of those without opinion are joined. */
export function firstOpinion(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const answer = authorizer.authorize(attributes);
        const authorization = answer instanceof Promise ? await answer : answer;
        // Its reason is not looked at: only reviews want to know why somebody may.
        if (authorization.decision === 'allow') return authorization;
        if (authorization.reason !== '') reasons.push(authorization.reason);
        if (authorization.decision === 'deny') return { decision: 'deny', reason: reasons.join('\n') };
      }
      return reasons.length === 0 ? noOpinion : { decision: 'noOpinion', reason: reasons.join('\n') };
    },
  };
}

/** The question that a request is. */
export function attributesOf({ user, requestInfo }: RequestContext): AuthorizationAttributes {
  return { ...requestInfo, user };
}

/**
 * The 403 for what was asked, e.g. `pods is forbidden: User "system:anonymous" cannot list resource "pods" in
 * API group "" in the namespace "default"` (Kubernetes: `handlers/responsewriters/errors.go`).
 */
export function refusal(attributes: AuthorizationAttributes, reason: string): StatusError {
  const { user, verb, path, resource, subresource, apiGroup, namespace, name } = attributes;
  const because = reason === '' ? '' : `: ${reason}`;
  const who = `User ${goQuote(user.name)} cannot ${verb}`;
  if (!attributes.isResourceRequest) {
    return new StatusError(403, 'Forbidden', `forbidden: ${who} path ${goQuote(path)}${because}`, {});
  }
  const what = goQuote(subresource === '' ? resource : `${resource}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return forbidden(
    { group: apiGroup, resource },
    name,
    `${who} resource ${what} in API group ${goQuote(apiGroup)} ${where}${because}`,
  );
}
