import type { RequestContext, UserInfo } from '../http/request-context.ts';

/**
 * One way to prove who one is (Kubernetes: `authentication/authenticator.Request`). `undefined`: the request
 * has nothing for this one to look at. A CredentialError: it has, and it is wrong.
 */
export interface Authenticator {
  authenticate(context: RequestContext): Promise<UserInfo | undefined> | UserInfo | undefined;
}

/** Credentials that don't hold. The client only ever sees `Unauthorized`; the text is for the log. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

export const anonymousUser = 'system:anonymous';
export const unauthenticatedGroup = 'system:unauthenticated';
export const authenticatedGroup = 'system:authenticated';
export const mastersGroup = 'system:masters';
export const nodesGroup = 'system:nodes';

/** The user of requests without credentials. */
export const anonymous: UserInfo = Object.freeze({ name: anonymousUser, groups: [unauthenticatedGroup] });

/** Adds `system:authenticated` to those who proved who they are. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticatedGroup) || user.groups.includes(unauthenticatedGroup)) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}

/**
 * Asks one after the other; the first who knows the user decides. Wrong credentials of one kind don't
 * outweigh right ones of another, but with them nobody gets in as anonymous (Kubernetes:
 * `authenticator/request/union`).
 */
export function anyOf(authenticators: readonly Authenticator[], allowAnonymous: boolean): Authenticator {
  return {
    async authenticate(context) {
      let failure: CredentialError | undefined;
      for (const authenticator of authenticators) {
        try {
          const answer = authenticator.authenticate(context);
          const user = answer instanceof Promise ? await answer : answer;
          if (user !== undefined) return withAuthenticatedGroup(user);
        } catch (error) {
          if (!(error instanceof CredentialError)) throw error;
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure;
      return allowAnonymous ? anonymous : undefined;
    },
  };
}
