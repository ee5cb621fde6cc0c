import { flag } from '../http/query.ts';
import type { RequestContext } from '../http/request-context.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { readDeleteOptions } from './options/delete-options.ts';
import { readListOptions } from './options/list-options.ts';
import type { ResourceScope } from './resource-scope.ts';
import { RequestAdmission } from './request-admission.ts';
import { negotiateResource, respondList } from './respond-object.ts';

/** `DELETE` of a collection: the answer is the list of what was met. */
export async function deleteCollection(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest } = scope;
  if (rest.deleteCollection === undefined) throw methodNotAllowed(scope.groupResource, 'deletecollection');
  const format = negotiateResource(context, scope);
  const requested = readListOptions(context, rest, flag(context.url.searchParams, 'watch') ?? false);
  const options = await readDeleteOptions(context);
  const validate = new RequestAdmission(context, scope).validateDelete('', options);
  const selected = {
    ...requested.selection,
    resourceVersion: requested.resourceVersion,
    resourceVersionMatch: requested.resourceVersionMatch,
    limit: requested.limit,
    continueToken: requested.continueToken,
  };
  const page = await rest.deleteCollection(context, { ...options, validate }, selected);
  await respondList(context, scope, page, format);
}
