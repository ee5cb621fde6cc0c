import type { Admission } from '../admission/chain.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { EndpointSeries, RequestMetrics } from '../metrics/request-metrics.ts';
import type { ServedRest } from '../registry/rest.ts';
import type { ResourceTypes } from '../registry/resource-types/resource-types.ts';
import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { GroupResource } from '../api-errors/status-error.ts';
import type { ObjectCodec } from '../registry/resource-types/object-codec.ts';

/** What the verbs need beside the request: the clock and the dice are parameters for tests. */
export interface EndpointEnvironment {
  /** Absent: nothing is counted. */
  metrics?: RequestMetrics;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  /** Called for every request that writes or connects. */
  admission: Admission;
  /**
   * Asked whether somebody who may update or patch may also create what isn't there; absent: everybody may.
   */
  authorizer?: Authorizer;
  /** Watches that name no timeout end after this, up to twice this. */
  minRequestTimeoutSeconds: number;
}

/** What is known of an endpoint before any request: made once a Rest. */
export interface ResourceScope {
  readonly rest: ServedRest;
  /** What is known of the objects' type; for all that is built in or custom alike. */
  readonly types: ResourceTypes;
  /** `types.codec` */
  readonly codec: ObjectCodec;
  readonly environment: EndpointEnvironment;
  /** What is read and written here; a subresource's own kind. */
  readonly gvk: GroupVersionKind;
  readonly apiVersion: string;
  readonly listKind: string;
  readonly groupResource: GroupResource;
  /**
   * Aborted when the endpoint is served no more: ends its watches. Undefined: it is served as long as the
   * server runs.
   */
  readonly removed: AbortSignal | undefined;
  /** Said with every answer. */
  readonly deprecation: string | undefined;
  /** What is counted of requests to the endpoint. */
  readonly series: EndpointSeries | undefined;
}

/** The scope of an endpoint. */
export function resourceScope(
  rest: ServedRest,
  environment: EndpointEnvironment,
  removed?: AbortSignal,
): ResourceScope {
  const { resource, subresource } = rest;
  const { group, version, kind } = subresource ?? resource;
  const gvk = { group, version, kind };
  return {
    rest,
    types: rest.types,
    codec: rest.types.codec,
    environment,
    gvk,
    apiVersion: apiVersionOf(gvk),
    listKind: `${kind}List`,
    groupResource: { group: resource.group, resource: resource.name },
    removed,
    deprecation: rest.deprecation,
    series: environment.metrics?.endpoint({
      group: resource.group,
      version: resource.version,
      resource: resource.name,
      subresource: subresource?.name ?? '',
      component: 'apiserver',
    }),
  };
}

/** The namespace of the objects behind a request; the path of a Namespace itself is in none. */
export function namespaceOf({ rest }: ResourceScope, requestNamespace: string): string {
  return rest.resource.namespaced ? requestNamespace : '';
}
