import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../http/request-context.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { readDeleteOptions } from './options/delete-options.ts';
import type { ResourceScope } from './resource-scope.ts';
import { RequestAdmission } from './request-admission.ts';
import { negotiateResource, respondObject } from './respond-object.ts';
import { writeValue } from './write-response.ts';

/** `DELETE …/name` (Kubernetes: `endpoints/handlers/delete.go`). */
export async function deleteOne(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest, groupResource } = scope;
  if (rest.delete === undefined) throw methodNotAllowed(groupResource, 'delete');
  const { name } = context.requestInfo;
  const format = negotiateResource(context, scope);
  const options = await readDeleteOptions(context);
  const validate = new RequestAdmission(context, scope).validateDelete(name, options);
  const { object, immediate } = await rest.delete(context, name, { ...options, validate });

  // Clients that ask for a cascade in the old way learn that it isn't done yet; to others 202 would be news.
  const code = !immediate && options.orphanDependents === false ? 202 : 200;
  const { group, resource } = groupResource;
  if (!immediate || rest.returnsDeletedObject === true) {
    await respondObject(context, scope, { code, object, format });
    return;
  }
  const { uid } = object.object.metadata;
  const status: KubeObject = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(group === '' ? {} : { group }),
      kind: resource,
      ...(uid === undefined ? {} : { uid }),
    },
  };
  await writeValue(context, { code, object: status, mediaType: format.mediaType });
}
