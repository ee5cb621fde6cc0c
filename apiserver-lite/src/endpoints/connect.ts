import type { RequestContext } from '../http/request-context.ts';
import { badRequest, methodNotAllowed } from '../api-errors/status-error.ts';
import type { ResourceScope } from './resource-scope.ts';

/** Hands the request to a subresource that answers it itself: logs, exec, proxies. */
export async function connect(context: RequestContext, scope: ResourceScope): Promise<void> {
  if (scope.rest.connect === undefined) throw methodNotAllowed(scope.groupResource, 'connect');
  if (context.url.searchParams.has('dryRun')) throw badRequest('dryRun is not supported');
  await scope.rest.connect(context, context.requestInfo.name);
}
