import { attributesOf } from '../authorization/authorizer.ts';
import type { RequestContext } from '../http/request-context.ts';
import { forbidden } from '../api-errors/status-error.ts';
import type { ResourceScope } from './resource-scope.ts';

/** Throws 403 unless the user, who may update, may create as well (Kubernetes: `withAuthorization` of `update.go`). */
export async function authorizeCreate(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { authorizer } = scope.environment;
  if (authorizer === undefined) return;
  const attributes = { ...attributesOf(context), verb: 'create' };
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision !== 'allow') throw forbidden(scope.groupResource, attributes.name, reason);
}
