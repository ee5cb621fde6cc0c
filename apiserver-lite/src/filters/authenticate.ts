import type { Filter } from '../http/request-context.ts';
import { unauthorized } from '../api-errors/status-error.ts';
import { CredentialError } from '../authentication/authenticator.ts';
import type { Authenticator } from '../authentication/authenticator.ts';

/**
 * Finds out who asks. 401 where the credentials are wrong, or there are none and anonymous requests aren't
 * allowed.
 */
export function authenticate(authenticator: Authenticator): Filter {
  return (next) => async (context) => {
    try {
      const user = await authenticator.authenticate(context);
      if (user === undefined) throw unauthorized();
      context.user = user;
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      context.log.warn(
        { auditId: context.auditId, path: context.requestInfo.path, reason: error.message },
        'unable to authenticate the request',
      );
      throw unauthorized();
    }
    // Nobody further in needs the secret, and nobody shall pass it on.
    delete context.request.headers.authorization;
    return next(context);
  };
}
