import type { Filter } from '../http/request-context.ts';

/**
 * Answers belong to who asked: caches on the way must not keep them. Handlers that know better set it anew.
 */
export function controlCaching(): Filter {
  return (next) => (context) => {
    context.response.setHeader('Cache-Control', 'no-cache, private');
    return next(context);
  };
}
