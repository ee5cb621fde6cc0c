import type { RequestContext } from '../../http/request-context.ts';
import type { Rest } from '../rest.ts';

/** Kinds that kube-apiserver warns about, by `group/version/Kind`. */
const warnings: Readonly<Record<string, string>> = {
  '/v1/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/v1/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

const verbs = ['create', 'get', 'list', 'watch', 'update', 'delete', 'deleteCollection'] as const;

/** The same endpoint; where its kind is deprecated every request says so in a Warning header. */
export function warnIfDeprecated(rest: Rest): Rest {
  const { group, version, kind } = rest.resource;
  const text = warnings[`${group}/${version}/${kind}`];
  if (text === undefined) return rest;
  const wrapped: Record<string, unknown> = { ...rest };
  for (const verb of verbs) {
    const serve = rest[verb] as ((context: RequestContext, ...more: unknown[]) => unknown) | undefined;
    if (serve === undefined) continue;
    wrapped[verb] = (context: RequestContext, ...more: unknown[]) => {
      context.warn(text);
      return serve(context, ...more);
    };
  }
  return wrapped as unknown as Rest;
}
