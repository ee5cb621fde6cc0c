import type { Filter } from '../http/request-context.ts';
import { attributesOf, refusal } from '../authorization/authorizer.ts';
import type { Authorizer } from '../authorization/authorizer.ts';

/** Lets through what the user may do; everything else is a 403 that says what was asked. */
export function authorize(authorizer: Authorizer): Filter {
  return (next) => async (context) => {
    const attributes = attributesOf(context);
    const { decision, reason } = await authorizer.authorize(attributes);
    if (decision !== 'allow') {
      context.response.setHeader('X-Content-Type-Options', 'nosniff');
      throw refusal(attributes, reason);
    }
    return next(context);
  };
}
