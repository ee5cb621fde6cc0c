import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Authorizer } from '../filters/authorization/authorizer.ts';
import { applyDefaults as kindDefaults } from '../registry/defaults/apply-defaults.ts';
import type { Registry, Rest } from '../registry/rest.ts';
import type { Handler, RequestContext, RequestInfo } from '../server/request-context.ts';
import { sendPageNotFound } from '../server/respond.ts';
import { StatusError, unknownResource } from '../server/status-error.ts';
import { connect } from './connect.ts';
import { create } from './create.ts';
import { deleteCollection } from './delete-collection.ts';
import { deleteOne } from './delete.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import { resourceScope, type EndpointEnvironment, type ResourceScope } from './resource-scope.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

/** What the handler stands on; all but the registry has a default. */
export interface ResourceHandlerOptions {
  registry: Registry;
  /** Fills in the defaults of a decoded object. */
  applyDefaults?: (object: KubeObject) => void;
  /** Asked when an update or an apply would create the object. */
  authorizer?: Authorizer;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** In [0, 1). */
  random?: () => number;
  /** kube-apiserver's `--min-request-timeout`. */
  minRequestTimeoutSeconds?: number;
}

type Endpoint = (context: RequestContext, scope: ResourceScope) => Promise<void>;

/** The stage behind the filters: every request for a resource of the API. */
export function createResourceHandler({
  registry,
  authorizer,
  applyDefaults = kindDefaults,
  now = Date.now,
  random = Math.random,
  minRequestTimeoutSeconds = 1800,
}: ResourceHandlerOptions): Handler {
  const environment: EndpointEnvironment = {
    applyDefaults,
    now,
    random,
    minRequestTimeoutSeconds,
    ...(authorizer === undefined ? {} : { authorizer }),
  };
  const scopes = new WeakMap<Rest, ResourceScope>();
  const scopeOf = (rest: Rest): ResourceScope => {
    let scope = scopes.get(rest);
    if (scope === undefined) {
      scope = resourceScope(rest, environment);
      scopes.set(rest, scope);
    }
    return scope;
  };
  return async (context) => {
    const info = context.requestInfo;
    const rest = registry.lookup(info.apiGroup, info.apiVersion, info.resource, info.subresource);
    if (rest === undefined || !isServedAt(rest, info)) {
      if (!servesVersion(registry, info)) return sendPageNotFound(context);
      throw unknownResource();
    }
    const endpoint = endpointOf(rest, info, context.request.method ?? 'GET');
    if (endpoint === undefined) {
      throw new StatusError(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
        {},
      );
    }
    const scope = scopeOf(rest);
    if (scope.deprecation !== undefined) context.warn(scope.deprecation);
    await endpoint(context, scope);
  };
}

function servesVersion(registry: Registry, { apiGroup, apiVersion }: RequestInfo): boolean {
  return registry
    .all()
    .some(({ resource }) => resource.group === apiGroup && resource.version === apiVersion);
}

/** Whether the path has the shape of the resource: namespaced or not, no tail that nothing takes. */
function isServedAt(rest: Rest, info: RequestInfo): boolean {
  const { namespaced, name } = rest.resource;
  const named = info.parts.length > 1;
  if (namespaced) {
    if (named && info.namespace === '') return false;
  } else if (info.namespace !== '' && name !== 'namespaces') {
    return false;
  }
  const { subresource } = rest;
  const tail = info.parts.length - (subresource === undefined ? 2 : 3);
  return tail <= 0 || subresource?.pathSuffix === true;
}

/** What a method means here; undefined: nothing, the answer is 405. */
function endpointOf(rest: Rest, info: RequestInfo, method: string): Endpoint | undefined {
  if (rest.connect !== undefined) {
    return rest.subresource?.connect?.includes(method) === false ? undefined : connect;
  }
  const named = info.parts.length > 1;
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (info.verb === 'watch')
        return rest.list === undefined && rest.watch === undefined ? undefined : watch;
      if (!named) return rest.list === undefined ? undefined : list;
      return rest.get === undefined ? undefined : get;
    case 'POST':
      if (rest.createNamed !== undefined) return create;
      if (named || rest.create === undefined) return undefined;
      return rest.resource.namespaced && info.namespace === '' ? undefined : create;
    case 'PUT':
      return named && rest.update !== undefined ? update : undefined;
    case 'PATCH':
      return named && rest.update !== undefined ? patch : undefined;
    case 'DELETE':
      if (!named) return rest.deleteCollection === undefined ? undefined : deleteCollection;
      return rest.delete === undefined ? undefined : deleteOne;
    default:
      return undefined;
  }
}
