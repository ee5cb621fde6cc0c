import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../http/request-context.ts';
import { breathe } from '../http/breathe.ts';
import { methodNotAllowed } from '../api-errors/status-error.ts';
import { CachedObject } from '../storage/cached-object.ts';
import { decodeObject } from './body/decode-object.ts';
import { ensureNamespace, wipeSystemFields } from './body/object-identity.ts';
import { dedupOwnerReferences } from './body/owner-references.ts';
import { readBody } from './body/read-body.ts';
import { recordObject } from './body/record-object.ts';
import { trackInTurns } from './managed-fields/track.ts';
import { readWriteOptions } from './options/write-options.ts';
import { namespaceOf, type ResourceScope } from './resource-scope.ts';
import { RequestAdmission } from './request-admission.ts';
import { negotiateResource, respondObject } from './respond-object.ts';
import { writeValue } from './write-response.ts';

/**
 * `POST` of a new object, or to a subresource such as `binding` (Kubernetes: `endpoints/handlers/create.go`).
 */
export async function create(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest, codec, gvk } = scope;
  const format = negotiateResource(context, scope);
  const body = await readBody(context);
  const options = readWriteOptions(context, 'CreateOptions');
  const object = await decodeObject(context, {
    body,
    expected: gvk,
    codec,
    fieldValidation: options.fieldValidation,
    ...(rest.acceptedVersions === undefined ? {} : { acceptedVersions: rest.acceptedVersions }),
  });
  scope.types.applyDefaults(object);
  recordObject(context, scope, object);
  if (rest.keepsSystemFieldsOnCreate !== true) wipeSystemFields(object);
  ensureNamespace(object, namespaceOf(scope, context.requestInfo.namespace));
  dedupOwnerReferences(context, object);

  await breathe();
  await trackInTurns(undefined, object, { scope, manager: options.manager });
  await breathe();
  const admission = new RequestAdmission(context, scope);
  await admission.admitCreate(object, options);
  const createOptions = { dryRun: options.dryRun, validate: admission.validateCreate(options) };
  if (rest.createNamed !== undefined) {
    const result = await rest.createNamed(context, context.requestInfo.name, object, createOptions);
    if (isStatus(result)) {
      const status = { ...result, code: result['code'] ?? 201 };
      await writeValue(context, { code: 201, object: status, mediaType: format.mediaType });
    } else {
      const revision = Number(result.metadata.resourceVersion ?? 0);
      await respondObject(context, scope, { code: 201, object: new CachedObject(result, revision), format });
    }
    return;
  }
  if (rest.create === undefined) throw methodNotAllowed(scope.groupResource, 'create');
  const created = await rest.create(context, object, createOptions);
  await breathe();
  await respondObject(context, scope, { code: 201, object: created, format });
}

function isStatus({ kind, apiVersion }: KubeObject): boolean {
  return kind === 'Status' && apiVersion === 'v1';
}
