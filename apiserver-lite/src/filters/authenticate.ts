import type { Filter } from '../http/request-context.ts';
import { unauthorized } from '../api-errors/status-error.ts';
import { CredentialError } from '../authentication/authenticator.ts';
import type { FilterMetrics } from '../metrics/filter-metrics.ts';
import type { Authenticator } from '../authentication/authenticator.ts';

/**
 * Finds out who asks. 401 where the credentials are wrong, or there are none and anonymous requests aren't
 * allowed.
 */
export function authenticate(authenticator: Authenticator, metrics?: FilterMetrics): Filter {
  return (next) => async (context) => {
    const began = performance.now();
    const ended = (result: 'success' | 'failure' | 'error'): void =>
      metrics?.authentications.record(result, (performance.now() - began) / 1000);
    try {
      const user = await authenticator.authenticate(context);
      if (user === undefined) {
        ended('failure');
        throw unauthorized();
      }
      ended('success');
      metrics?.authenticated(user);
      context.user = user;
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      ended('error');
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
