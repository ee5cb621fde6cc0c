import type { Filter, RequestContext, UserInfo } from '../http/request-context.ts';
import { StatusError } from '../api-errors/status-error.ts';
import { attributesOf } from '../authorization/authorizer.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { impersonationModes } from '../impersonation/impersonation-mode.ts';
import { wantedUserOf } from '../impersonation/wanted-user.ts';
import type { WantedUser } from '../impersonation/wanted-user.ts';

/** So many users have their last way remembered, as in kube-apiserver. */
const maxRemembered = 10_000;

/**
 * `kubectl --as`: the headers `Impersonate-…` name who the request is to be for. The ways to be allowed that
 * are tried one after the other, the one that last held for a user first; where none does, the first refusal
 * is the answer (Kubernetes: `endpoints/filters/impersonation`).
 */
export function impersonate(authorizer: Authorizer): Filter {
  const modes = impersonationModes(authorizer);
  const lastMode = new Map<string, number>();

  const impersonated = async (context: RequestContext, wanted: WantedUser): Promise<UserInfo> => {
    const request = attributesOf(context);
    const requestor = context.user;
    const last = lastMode.get(requestor.name);
    const order = [...modes.keys()];
    if (last !== undefined) order.unshift(...order.splice(last, 1));
    let refused: unknown;
    for (const index of order) {
      const mode = modes[index];
      if (mode === undefined || !mode.applies(wanted, requestor)) continue;
      try {
        const user = await mode.effectiveUser(wanted, request);
        lastMode.delete(requestor.name);
        lastMode.set(requestor.name, index);
        if (lastMode.size > maxRemembered) lastMode.delete(lastMode.keys().next().value ?? '');
        return user;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        refused ??= error;
      }
    }
    throw refused;
  };

  const newUser = async (context: RequestContext): Promise<UserInfo | undefined> => {
    try {
      const wanted = wantedUserOf(context.request);
      return wanted === undefined ? undefined : await impersonated(context, wanted);
    } catch (error) {
      if (error instanceof StatusError) context.response.setHeader('X-Content-Type-Options', 'nosniff');
      throw error;
    }
  };

  return (next) => async (context) => {
    const user = await newUser(context);
    if (user === undefined) return next(context);
    context.log.debug(
      { auditId: context.auditId, user: context.user.name, actingAs: user.name },
      'impersonation',
    );
    context.user = user;
    return next(context);
  };
}
