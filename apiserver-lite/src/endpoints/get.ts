import type { RequestContext } from '../http/request-context.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { text } from '../http/query.ts';
import type { ResourceScope } from './resource-scope.ts';
import { negotiateResource, respondObject } from './respond-object.ts';

/** `GET …/name` (Kubernetes: `endpoints/handlers/get.go`). */
export async function get(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest } = scope;
  if (rest.get === undefined) throw methodNotAllowed(scope.groupResource, 'get');
  const format = negotiateResource(context, scope);
  const resourceVersion = text(context.url.searchParams, 'resourceVersion');
  const object = await rest.get(context, context.requestInfo.name, resourceVersion);
  await context.room();
  await respondObject(context, scope, { code: 200, object, format });
}
