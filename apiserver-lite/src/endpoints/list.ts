import type { RequestContext } from '../http/request-context.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { readListOptions } from './options/list-options.ts';
import type { ResourceScope } from './resource-scope.ts';
import { negotiateResource, respondList } from './respond-object.ts';

/** `GET …` of a collection (Kubernetes: `endpoints/handlers/get.go`). */
export async function list(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest } = scope;
  if (rest.list === undefined) throw methodNotAllowed(scope.groupResource, 'list');
  const format = negotiateResource(context, scope);
  const options = readListOptions(context, rest, false);
  const page = await rest.list(context, {
    ...options.selection,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
    limit: options.limit,
    continueToken: options.continueToken,
  });
  await respondList(context, scope, page, format);
}
