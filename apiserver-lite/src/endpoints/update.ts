import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../http/request-context.ts';
import { breathe } from '../http/breathe.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { decodeObject } from './body/decode-object.ts';
import { ensureName, ensureNamespace } from './body/object-identity.ts';
import { dedupOwnerReferences } from './body/owner-references.ts';
import { readBody } from './body/read-body.ts';
import { recordObject } from './body/record-object.ts';
import { trackInTurns } from './managed-fields/track.ts';
import { readWriteOptions } from './options/write-options.ts';
import { namespaceOf, type ResourceScope } from './resource-scope.ts';
import { RequestAdmission } from './request-admission.ts';
import { negotiateResource, respondObject } from './respond-object.ts';

/** `PUT …/name` (Kubernetes: `endpoints/handlers/update.go`). */
export async function update(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest, codec, gvk } = scope;
  if (rest.update === undefined) throw methodNotAllowed(scope.groupResource, 'update');
  const { name } = context.requestInfo;
  const format = negotiateResource(context, scope);
  const body = await readBody(context);
  const options = readWriteOptions(context, 'UpdateOptions');
  const decode = async (): Promise<KubeObject> => {
    const object = await decodeObject(context, {
      body,
      expected: gvk,
      codec,
      fieldValidation: options.fieldValidation,
    });
    scope.types.applyDefaults(object);
    recordObject(context, scope, object);
    ensureNamespace(object, namespaceOf(scope, context.requestInfo.namespace));
    ensureName(object, name);
    dedupOwnerReferences(context, object);
    return object;
  };

  let decoded: KubeObject | undefined = await decode();
  const { uid } = decoded.metadata;
  const admission = new RequestAdmission(context, scope);
  const transform = async (current: KubeObject | undefined): Promise<KubeObject> => {
    // The callee may change the object: a second attempt starts from the body again.
    const object = decoded ?? (await decode());
    decoded = undefined;
    await breathe();
    await trackInTurns(current, object, { scope, manager: options.manager });
    await breathe();
    if (current === undefined) await admission.admitCreate(object, options);
    else await admission.admitUpdate(object, current, options);
    return object;
  };
  const { object, created } = await rest.update(context, name, transform, {
    dryRun: options.dryRun,
    ...admission.validateUpdate(options),
    ...(uid === undefined || uid === '' ? {} : { preconditions: { uid } }),
  });
  await breathe();
  await respondObject(context, scope, { code: created ? 201 : 200, object, format });
}
