import type { RequestContext } from '../http/request-context.ts';
import { badRequest, methodNotAllowed } from '../api-errors/status-error.ts';
import { readConnectOptions } from './options/connect-options.ts';
import { RequestAdmission } from './request-admission.ts';
import type { ResourceScope } from './resource-scope.ts';

/**
 * Hands the request to a subresource that answers it itself: exec, proxies, logs. What is connected through
 * to something else passes admission; logs, which are only read, do not (Kubernetes: `ConnectResource` of
 * `endpoints/handlers/rest.go`).
 */
export async function connect(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest, gvk } = scope;
  if (rest.connect === undefined) throw methodNotAllowed(scope.groupResource, 'connect');
  if (rest.subresource?.connect !== undefined) {
    if (context.url.searchParams.has('dryRun')) throw badRequest('dryRun is not supported');
    await new RequestAdmission(context, scope).connect(readConnectOptions(context, gvk));
  }
  await rest.connect(context, context.requestInfo.name);
}
