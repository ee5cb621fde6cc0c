import type { Filter, RequestContext, UserInfo } from '../http/request-context.ts';
import { StatusError } from '../api-errors/status-error.ts';
import { attributesOf } from '../authorization/authorizer.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { impersonationModes, modeOfVerb } from '../impersonation/impersonation-mode.ts';
import { wantedUserOf } from '../impersonation/wanted-user.ts';
import type { WantedUser } from '../impersonation/wanted-user.ts';
import type { FilterMetrics } from '../metrics/filter-metrics.ts';

/** So many users have their last way remembered, as in kube-apiserver. */
const maxRemembered = 10_000;

/**
 * `kubectl --as`: the headers `Impersonate-…` name who the request is to be for. The ways to be allowed that
 * are tried one after the other, the one that last held for a user first; where none does, the first refusal
 * is the answer (Kubernetes: `endpoints/filters/impersonation`).
 */
export function impersonate(authorizer: Authorizer, metrics?: FilterMetrics): Filter {
  const modes = impersonationModes(metrics === undefined ? authorizer : counted(authorizer, metrics));
  const lastMode = new Map<string, number>();

  const impersonated = async (context: RequestContext, wanted: WantedUser): Promise<UserInfo> => {
    const began = performance.now();
    const ended = (mode: string, decision: string): void =>
      metrics?.impersonations.attempt(mode, decision, (performance.now() - began) / 1000);
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
        ended(mode.name, 'allowed');
        context.audit?.impersonates(user, mode.name === 'legacy' ? undefined : `impersonate:${mode.name}`);
        return user;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        refused ??= error;
      }
    }
    ended('', 'denied');
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

/** Counts what the modes ask. */
function counted(authorizer: Authorizer, { impersonations }: FilterMetrics): Authorizer {
  return {
    async authorize(attributes) {
      const began = performance.now();
      const answer = await authorizer.authorize(attributes);
      impersonations.authorization(
        modeOfVerb(attributes.verb),
        answer.decision === 'allow' ? 'allowed' : 'denied',
        (performance.now() - began) / 1000,
      );
      return answer;
    },
  };
}
