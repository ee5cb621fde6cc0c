import type { Filter } from '../http/request-context.ts';
import { attributesOf, refusal } from '../authorization/authorizer.ts';
import type { Authorization, Authorizer } from '../authorization/authorizer.ts';
import type { FilterMetrics } from '../metrics/filter-metrics.ts';

/** As metrics call it. */
const decisionLabels = {
  allow: 'allowed',
  deny: 'denied',
  noOpinion: 'no-opinion',
} as const satisfies Record<Authorization['decision'], string>;

/** Lets through what the user may do; everything else is a 403 that says what was asked. */
export function authorize(authorizer: Authorizer, metrics?: FilterMetrics): Filter {
  return (next) => async (context) => {
    const attributes = attributesOf(context);
    const began = performance.now();
    const authorization = await authorizer.authorize(attributes);
    const { decision } = authorization;
    metrics?.authorizations.record(decisionLabels[decision], (performance.now() - began) / 1000);
    const { audit } = context;
    if (audit?.records('Metadata') === true) {
      audit.annotate('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
      audit.annotate('authorization.k8s.io/reason', authorization.reason);
    }
    if (decision !== 'allow') {
      const { reason } = authorization;
      context.response.setHeader('X-Content-Type-Options', 'nosniff');
      throw refusal(attributes, reason);
    }
    return next(context);
  };
}
