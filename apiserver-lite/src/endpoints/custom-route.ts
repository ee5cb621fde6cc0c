import { badRequest, methodNotAllowed, notFound } from '../api-errors/status-error.ts';
import type { RequestInfo } from '../http/request-context.ts';
import type { ServedRest } from '../registry/rest.ts';
import type { RefusedRoute, Route, RouteVerb } from './route-verb.ts';

const resourceVerbs: readonly RouteVerb[] = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];
const partVerbs: readonly RouteVerb[] = ['get', 'update', 'patch'];
const namedVerbs: ReadonlySet<RouteVerb> = new Set(['get', 'update', 'delete']);

/**
 * What serves a request for a custom resource. There are no paths with shapes of their own: what is to be
 * done is what was authorized, whatever else the path says. `main` serves the resource, `rest` what the path
 * names, if there is such a thing. Refused are subresources that there are not (404), what cannot be done
 * (405), and paths without a name (400). Undefined: nothing is there (apiextensions-apiserver:
 * `customresource_handler.go`).
 */
export function customRouteOf(
  main: ServedRest,
  rest: ServedRest | undefined,
  info: RequestInfo,
): Route | RefusedRoute | undefined {
  const { resource } = main;
  const { verb, namespace, name } = info;
  const everywhere = verb === 'list' || verb === 'watch';
  if (!resource.namespaced && namespace !== '') return undefined;
  if (resource.namespaced && namespace === '' && !everywhere) return undefined;
  const target = { group: resource.group, resource: resource.name };
  if (rest === undefined) return { rest: main, refusal: notFound(target, name) };
  const verbs = rest.subresource === undefined ? resourceVerbs : partVerbs;
  const found = verbs.find((each) => each === verb);
  if (found === undefined) return { rest, refusal: methodNotAllowed(target, verb) };
  // Of patches, the form is looked at before the name.
  if (name === '' && namedVerbs.has(found)) return { rest, refusal: badRequest('name must be provided') };
  return { rest, verb: found };
}
