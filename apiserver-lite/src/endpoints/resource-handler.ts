import { noAdmission, type Admission } from '../admission/chain.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { ServedRest } from '../registry/rest.ts';
import type { Handler, RequestContext, RequestCounter } from '../http/request-context.ts';
import type { Gauge } from '../metrics/exposition/series.ts';
import {
  countedVerb,
  dryRunLabel,
  scopeLabel,
  type EndpointSeries,
  type RequestMetrics,
} from '../metrics/request-metrics.ts';
import { sendPageNotFound } from '../http/respond.ts';
import { connect } from './connect.ts';
import { create } from './create.ts';
import { deleteCollection } from './delete-collection.ts';
import { deleteOne } from './delete.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { isRepresentable } from './negotiation/output.ts';
import { patch, patchTypeOf } from './patch.ts';
import type { Route, RouteVerb } from './route-verb.ts';
import { routeOf } from './route.ts';
import { resourceScope, type EndpointEnvironment, type ResourceScope } from './resource-scope.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

/** What the handler needs; all but the resources has a default. */
export interface ResourceHandlerOptions {
  resources: ServedResources;
  /** Default: no plugin runs. */
  admission?: Admission;
  /** Asked when an update or an apply would create the object. */
  authorizer?: Authorizer;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** In [0, 1). */
  random?: () => number;
  /** Default: nothing is counted. */
  metrics?: RequestMetrics;
  /** kube-apiserver's `--min-request-timeout`. */
  minRequestTimeoutSeconds?: number;
}

type Endpoint = (context: RequestContext, scope: ResourceScope) => Promise<void>;

/** The stage behind the filters: every request for a resource of the API. */
export function createResourceHandler({
  resources,
  admission = noAdmission,
  authorizer,
  metrics,
  now = Date.now,
  random = Math.random,
  minRequestTimeoutSeconds = 1800,
}: ResourceHandlerOptions): Handler {
  const environment: EndpointEnvironment = {
    admission,
    now,
    random,
    minRequestTimeoutSeconds,
    ...(authorizer === undefined ? {} : { authorizer }),
    ...(metrics === undefined ? {} : { metrics }),
  };
  const scopeOf = servedScopes(resources, environment);
  return async (context) => {
    const route = routeOf(resources, context.requestInfo, context.request.method ?? 'GET');
    if (route === undefined) return sendPageNotFound(context);
    const scope = scopeOf(route.rest);
    if ('refusal' in route) {
      if (scope.deprecation !== undefined) context.warn(scope.deprecation);
      throw route.refusal;
    }
    if (scope.deprecation !== undefined && isRouted(context, scope, route)) context.warn(scope.deprecation);
    const { series } = scope;
    if (series === undefined) return endpoints[route.verb](context, scope);
    context.counter = counterOf(series, context, route);
    if (scope.deprecation !== undefined) {
      series.deprecated();
      context.audit?.annotate('k8s.io/deprecated', 'true');
    }
    if (route.verb === 'watch' || route.verb === 'connect') {
      return longRunning(series.longRunning(route.verb, scopeLabel(context.requestInfo)), () =>
        endpoints[route.verb](context, scope),
      );
    }
    return endpoints[route.verb](context, scope);
  };
}

/**
 * Whether the router of kube-apiserver hands the request on: a form that no object has, or a patch of no
 * known sort, are answered before anybody knows that what is asked for is deprecated. Custom resources are
 * not behind that router.
 */
function isRouted({ request }: RequestContext, { codec }: ResourceScope, { verb }: Route): boolean {
  if (codec.unstructured === true) return true;
  if (verb === 'patch' && patchTypeOf(request) === undefined) return false;
  return isRepresentable(request.headers.accept);
}

/** Counts by the path: whether it names one object, a namespace or neither. */
function counterOf(series: EndpointSeries, context: RequestContext, { verb }: Route): RequestCounter {
  const { parts, inNamespace } = context.requestInfo;
  const scope = parts.length > 1 || verb === 'create' ? 'resource' : inNamespace ? 'namespace' : 'cluster';
  return series.of({
    verb: verb === 'patch' ? countedVerb(verb, context) : verb,
    scope,
    dryRun: dryRunLabel(context),
  });
}

async function longRunning(gauge: Gauge, answer: () => Promise<void>): Promise<void> {
  gauge.inc();
  try {
    await answer();
  } finally {
    gauge.inc(-1);
  }
}

/**
 * The scopes of endpoints, made at their first request; each ends when its endpoint is removed from the
 * table.
 */
function servedScopes(
  resources: ServedResources,
  environment: EndpointEnvironment,
): (rest: ServedRest) => ResourceScope {
  const scopes = new WeakMap<ServedRest, ResourceScope>();
  const endings = new WeakMap<object, AbortController>();
  const lifeOf = (rest: ServedRest) => rest.life ?? rest;
  resources.subscribe(({ added, removed }) => {
    const going = new Set(added.map(lifeOf));
    for (const rest of removed) {
      // One that comes back begins anew.
      scopes.delete(rest);
      const life = lifeOf(rest);
      if (going.has(life)) continue;
      endings.get(life)?.abort();
      endings.delete(life);
    }
  });
  return (rest) => {
    let scope = scopes.get(rest);
    if (scope === undefined) {
      const ending = endings.get(lifeOf(rest)) ?? new AbortController();
      endings.set(lifeOf(rest), ending);
      scope = resourceScope(rest, environment, ending.signal);
      scopes.set(rest, scope);
    }
    return scope;
  };
}

const endpoints: Readonly<Record<RouteVerb, Endpoint>> = {
  connect,
  create,
  delete: deleteOne,
  deletecollection: deleteCollection,
  get,
  list,
  patch,
  update,
  watch,
};
