import type { ServedRest } from '../registry/rest.ts';

/** What a request for a resource comes to: an endpoint, and what is to be done with it. */
export interface Route {
  rest: ServedRest;
  verb: RouteVerb;
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
