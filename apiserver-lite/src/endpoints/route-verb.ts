import type { StatusError } from '../api-errors/status-error.ts';
import type { ServedRest } from '../registry/rest.ts';

/** What a request for a resource comes to: an endpoint, and what is to be done with it. */
export interface Route {
  rest: ServedRest;
  verb: RouteVerb;
}

/** A request that comes to a resource, and is refused there as any other that it gets is answered. */
export interface RefusedRoute {
  rest: ServedRest;
  refusal: StatusError;
}

/** What can be done at an endpoint. */
export type RouteVerb =
  | 'connect'
  | 'create'
  | 'delete'
  | 'deletecollection'
  | 'get'
  | 'list'
  | 'patch'
  | 'update'
  | 'watch';
