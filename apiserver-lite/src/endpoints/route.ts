import type { ServedResources } from '../registry/resource-table.ts';
import type { Rest } from '../registry/rest.ts';
import type { RefusedRoute, Route, RouteVerb } from './route-verb.ts';
import type { RequestInfo } from '../http/request-context.ts';
import { badRequest, StatusError, unknownResource } from '../api-errors/status-error.ts';
import { customRouteOf } from './custom-route.ts';

/**
 * Finds what serves a request, from the same RequestInfo that authorization judged: the path is not read a
 * second time, and the verb that was allowed is the verb that is done. Undefined: the API has no such group.
 *
 * @throws StatusError 404 for a path that nothing serves, 405 for one that is served with other methods, 400
 * where a name or a namespace in the path is empty.
 */
export function routeOf(
  resources: ServedResources,
  info: RequestInfo,
  method: string,
): Route | RefusedRoute | undefined {
  const { apiPrefix, apiGroup, apiVersion, resource, subresource, path } = info;
  // `/apis//v1/pods` and `//api/v1/pods` have their parts where authorization sees them, but no handler.
  if ((apiGroup === '') !== (apiPrefix === 'api') || !path.startsWith(`/${apiPrefix}/`)) return undefined;
  const rest = resources.lookup(apiGroup, apiVersion, resource, subresource);
  const main = rest ?? resources.lookup(apiGroup, apiVersion, resource, '');
  if (main?.isCustom === true) return customRouteOf(main, rest, info);
  const verbs = rest === undefined ? [] : verbsAt(rest, info);
  if (rest === undefined || verbs.length === 0) {
    if (!resources.servesBuiltIn(apiGroup)) return undefined;
    throw unknownResource();
  }
  const named = info.parts.length > 1;
  if (named && info.name === '') throw badRequest('name must be provided');
  const verb = verbOf(rest, info, method);
  if (verb === undefined || !verbs.includes(verb)) throw methodNotAllowed();
  // `/namespaces//pods` is authorized, and listed, as the Pods of all namespaces; nothing else is.
  const reads = !named && (verb === 'list' || verb === 'watch');
  if (info.inNamespace && info.namespace === '' && !reads) {
    throw badRequest('Namespace parameter required.');
  }
  return { rest, verb };
}

function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** The verbs that are served at a path of this shape; none: nothing is there. */
function verbsAt(rest: Rest, info: RequestInfo): RouteVerb[] {
  const { resource, subresource } = rest;
  const { parts, inNamespace } = info;
  if (inNamespace && !resource.namespaced) return [];
  const named = parts.length > 1;
  if (named && resource.namespaced && !inNamespace) return [];
  if (parts.length > (subresource === undefined ? 2 : 3) && subresource?.pathSuffix !== true) return [];
  if (subresource !== undefined) {
    if (info.specialVerb !== '') return [];
    return rest.connect === undefined
      ? resourceVerbs.filter((verb) => subresource.verbs.includes(verb))
      : ['connect'];
  }
  if (info.specialVerb !== '') {
    return info.specialVerb === 'watch' && resource.verbs.includes('watch') ? ['watch'] : [];
  }
  const shape = named ? itemVerbs : resource.namespaced && !inNamespace ? everywhereVerbs : collectionVerbs;
  return shape.filter((verb) => resource.verbs.includes(verb));
}

const itemVerbs = ['get', 'update', 'patch', 'delete'] as const;
const collectionVerbs = ['create', 'list', 'watch', 'deletecollection'] as const;
const everywhereVerbs = ['list', 'watch'] as const;
const resourceVerbs: readonly RouteVerb[] = [...itemVerbs, ...collectionVerbs];

/** What the request does, by the verb that was authorized; undefined: nothing that this method may do. */
function verbOf(rest: Rest, info: RequestInfo, method: string): RouteVerb | undefined {
  if (rest.connect !== undefined) {
    const methods = rest.subresource?.connect ?? ['GET'];
    return methods.includes(method) ? 'connect' : undefined;
  }
  // HEAD is authorized as GET, and OPTIONS and all others as nothing; only what is connected through takes
  // them.
  if (method === 'HEAD') return undefined;
  // A watch by its path is one whatever the method says, and GET is the only one that it takes.
  if (info.verb === 'watch' && method !== 'GET') return undefined;
  return resourceVerbs.find((verb) => verb === info.verb && isBacked(rest, verb));
}

function isBacked(rest: Rest, verb: RouteVerb): boolean {
  switch (verb) {
    case 'connect':
      return rest.connect !== undefined;
    case 'create':
      return rest.create !== undefined || rest.createNamed !== undefined;
    case 'delete':
      return rest.delete !== undefined;
    case 'deletecollection':
      return rest.deleteCollection !== undefined;
    case 'get':
      return rest.get !== undefined;
    case 'list':
      return rest.list !== undefined;
    case 'watch':
      return rest.watch !== undefined;
    case 'patch':
    case 'update':
      return rest.update !== undefined;
  }
}
