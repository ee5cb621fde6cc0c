import type { UserInfo } from '../../http/request-context.ts';
import { badRequest } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import { timestamp } from '../generic/timestamp.ts';
import type { Rest } from '../rest.ts';
import type { TokenReviewer } from '../../authentication/token-reviewer.ts';

type Create = NonNullable<Rest['create']>;

function userStatus({ name, uid, groups, extra }: UserInfo): Record<string, unknown> {
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** Who am I? (`kubectl auth whoami`) */
export function selfSubjectReview(clock: () => number): Create {
  return async (context, object, { validate }) => {
    await validate(object);
    return new CachedObject(
      {
        // The answer is an object of its own: nothing of the question comes back.
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata: { creationTimestamp: timestamp(clock()) },
        status: { userInfo: userStatus(context.user) },
      },
      0,
    );
  };
}

/** Whose token is this? */
export function tokenReview(authenticator: TokenReviewer): Create {
  return async (_context, object, { validate }) => {
    const { token = '', audiences = [] } = (object['spec'] ?? {}) as { token?: string; audiences?: string[] };
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    await validate(object);
    const answer = await authenticator.authenticateToken(token, audiences);
    let status: Record<string, unknown> = { user: {} };
    if (answer !== undefined && 'error' in answer) status = { user: {}, error: answer.error };
    else if (answer !== undefined) {
      status = {
        authenticated: true,
        user: userStatus(answer.user),
        ...(answer.audiences === undefined ? {} : { audiences: [...answer.audiences] }),
      };
    }
    return new CachedObject({ ...object, status }, 0);
  };
}
