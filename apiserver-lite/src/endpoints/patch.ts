import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { goMapJson } from '@pg8s/k8s-proto/go-json';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { parseJsonStrict } from '@pg8s/k8s-proto/conform/parse-json-strict';
import { formatFieldPath } from '@pg8s/k8s-proto/conform/strict-problems';
import { plainNumbers } from '@pg8s/k8s-proto/json-number';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { UpdateResult } from '../registry/rest.ts';
import { beginTurn, breathe } from '../http/breathe.ts';
import type { HttpRequest, RequestContext } from '../http/request-context.ts';
import {
  badRequest,
  conflict,
  invalid,
  isReason,
  methodNotAllowed,
  notFound,
  StatusError,
  unsupportedMediaType,
} from '../api-errors/status-error.ts';
import { ensureKind, ensureReadable, reportStrictErrors } from './body/decode-object.ts';
import { ensureMapBudget, maxJsonKeys, tooManyKeys } from './body/map-budget.ts';
import { ensureName, ensureNamespace } from './body/object-identity.ts';
import { readBody } from './body/read-body.ts';
import { BodyError, kindOfValue, ownKindOf } from './body/read-value.ts';
import { applyConfiguration } from './managed-fields/apply.ts';
import { trackInTurns } from './managed-fields/track.ts';
import { DecodeError, type ObjectCodec } from '../registry/resource-types/object-codec.ts';
import { internalPackage, unknownConversion } from '../registry/resource-types/unknown-conversion.ts';
import { readWriteOptions, type WriteOptions } from './options/write-options.ts';
import { inconvertible, readApplied, type Applied } from './patch/apply-configuration.ts';
import { goValue } from '../json/go-print.ts';
import { applyJsonPatch } from '../json/json-patch.ts';
import { readJsonPatch } from './patch/read-json-patch.ts';
import { copyJson, isJsonObject, jsonTypeName, type JsonObject } from '../json/json-value.ts';
import { applyMergePatch, readMergePatch } from './patch/merge-patch.ts';
import { PatchError } from '../json/patch-error.ts';
import { rejectedPatch } from './patch/rejected-patch.ts';
import { printPatched, touchedByMerge, touchedByPointers } from './patch/print-patched.ts';
import { applyStrategicMergePatch } from './patch/strategic-merge-patch.ts';
import { namespaceOf, type ResourceScope } from './resource-scope.ts';
import { RequestAdmission } from './request-admission.ts';
import { negotiateResource, respondObject } from './respond-object.ts';

const strategicMerge = 'application/strategic-merge-patch+json';
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  strategicMerge,
  'application/apply-patch+yaml',
] as const;

type PatchType = (typeof patchTypes)[number];

/** Conflicts that the patch didn't ask for are tried again so often. */
const maxRetries = 5;

/** What a patch does to a document, once it was read. */
interface Patch {
  apply(document: JsonObject): JsonObject;
  /** Duplicate and unknown fields of the patch itself. */
  strictErrors: readonly string[];
  /** The result is read as kube-apiserver reads that of a strategic merge, not as JSON. */
  unstructured: boolean;
  /** What errors show: the patched document, or Go's print of the patch. */
  show(document: JsonObject): string;
}

/** The sort of a patch, from its media type; undefined for one that is not known. */
export function patchTypeOf({ headers }: HttpRequest): PatchType | undefined {
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]!.trim();
  return patchTypes.find((type) => type === contentType);
}

/** `PATCH …/name` (Kubernetes: `endpoints/handlers/patch.go`). */
export async function patch(context: RequestContext, scope: ResourceScope): Promise<void> {
  const { rest } = scope;
  if (rest.update === undefined) throw methodNotAllowed(scope.groupResource, 'patch');
  const patchType = patchTypeOf(context.request);
  const accepted = patchTypes.filter((type) => type !== strategicMerge);
  if (patchType === undefined && scope.codec.unstructured === true) throw unsupportedMediaType(accepted);
  if (patchType === undefined) {
    // As kube-apiserver, which does not let such a request come to the endpoint.
    context.counter = undefined;
    throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  if (patchType === strategicMerge && scope.types.patchSchema === undefined) {
    throw unsupportedMediaType(accepted);
  }
  if (context.requestInfo.name === '') throw badRequest('name must be provided');
  const format = negotiateResource(context, scope);
  const body = await readBody(context);
  beginTurn();
  const apply = patchType === 'application/apply-patch+yaml';
  const options = readWriteOptions(context, 'PatchOptions', apply);
  context.audit?.requestPatch(body);

  const mechanism = apply
    ? applyMechanism(context, scope, { applied: await readApplied(body, scope), options })
    : patchMechanism(context, scope, { read: () => readPatch(patchType, body, scope), options });
  const { name } = context.requestInfo;
  const namespace = namespaceOf(scope, context.requestInfo.namespace);
  const admission = new RequestAdmission(context, scope);
  const transform = async (current: KubeObject | undefined): Promise<KubeObject> => {
    beginTurn();
    const object = await mechanism(current);
    await breathe();
    ensureNamespace(object, namespace);
    ensureName(object, name);
    if (current === undefined) await admission.admitCreate(object, options);
    else await admission.admitUpdate(object, current, options);
    return object;
  };
  const { object, created } = await retryOnConflict(() =>
    rest.update!(context, name, transform, {
      dryRun: options.dryRun,
      ...admission.validateUpdate(options),
      ...(apply ? { forceAllowCreate: true } : {}),
    }),
  );
  await breathe();
  await respondObject(context, scope, { code: created ? 201 : 200, object, format });
}

async function retryOnConflict(attempt: () => Promise<UpdateResult>): Promise<UpdateResult> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isReason(error, 'Conflict') || tries >= maxRetries) throw error;
    }
  }
}

function readPatch(
  type: Exclude<PatchType, 'application/apply-patch+yaml'>,
  body: Uint8Array,
  { types }: ResourceScope,
): Patch {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const prefix = type === 'application/strategic-merge-patch+json' ? '' : 'error decoding patch: ';
  let value: unknown;
  let duplicates: string[];
  try {
    const read = parseJsonStrict(text, maxJsonKeys);
    value = read.value;
    duplicates = read.duplicates.map(({ path }) => `duplicate field ${goQuote(formatFieldPath(path))}`);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    throw error.code === 'size' ? tooManyKeys(error) : badRequest(`${prefix}${error.message}`);
  }
  switch (type) {
    case 'application/json-patch+json': {
      const { operations, strictErrors } = readJsonPatch(value);
      return {
        apply: (document) => applyJsonPatch(document, operations),
        strictErrors: [...duplicates.map((error) => `json patch ${error}`), ...strictErrors],
        unstructured: false,
        show: (document) =>
          printPatched(
            document,
            touchedByPointers(operations.flatMap(({ path, from }) => [path, from].filter(isText))),
          ),
      };
    }
    case 'application/merge-patch+json': {
      const changes = readMergePatch(value);
      return {
        apply: (document) => applyMergePatch(document, changes),
        strictErrors: duplicates,
        unstructured: false,
        show: (document) => printPatched(document, touchedByMerge(changes)),
      };
    }
    case 'application/strategic-merge-patch+json': {
      if (value !== null && !isJsonObject(value)) {
        throw badRequest(
          `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
        );
      }
      const changes = plainNumbers(value ?? {}) as JsonObject;
      const schema = types.patchSchema!;
      let followed = changes;
      return {
        apply(document) {
          followed = copyJson(changes);
          return applyStrategicMergePatch(document, followed, schema);
        },
        strictErrors: duplicates,
        unstructured: true,
        show: () => goValue(followed),
      };
    }
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Makes the wanted object from the current one. */
type Mechanism = (current: KubeObject | undefined) => KubeObject | Promise<KubeObject>;

function patchMechanism(
  context: RequestContext,
  scope: ResourceScope,
  { read, options }: { read: () => Patch; options: WriteOptions },
): Mechanism {
  let patch: Patch | undefined;
  return async (current) => {
    if (current === undefined) throw notFound(scope.groupResource, context.requestInfo.name);
    patch ??= read();
    await breathe();
    const value = applyOrReject(context, patch, current);
    await breathe();
    ensureMapBudget(value);
    const object = decodePatched(context, scope, { value, patch, options });
    await breathe();
    await trackInTurns(current, object, { scope, manager: options.manager });
    return object;
  };
}

function applyOrReject(context: RequestContext, patch: Patch, current: KubeObject): JsonObject {
  try {
    return patch.apply(current);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    context.log.debug({ auditId: context.auditId, reason: error.message }, 'patch rejected');
    throw rejectedPatch();
  }
}

interface PatchedInput {
  value: JsonObject;
  patch: Patch;
  options: WriteOptions;
}

/** The patched document as an object, conformed and with defaults. */
function decodePatched(
  context: RequestContext,
  { types, codec, gvk }: ResourceScope,
  { value, patch, options: { fieldValidation } }: PatchedInput,
): KubeObject {
  const show = codec.unstructured === true ? goMapJson : patch.show;
  const refuse = (why: string) =>
    invalid({ group: '', kind: '' }, '', [
      {
        field: 'patch',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(show(value))}: ${why}`,
      },
    ]);
  try {
    // A strategic merge patch cannot change the kind: it is not looked at.
    const own = codec.unstructured === true ? ownKindOf(value, show(value)) : gvk;
    if (!patch.unstructured && codec.unstructured !== true) {
      ensurePatchedKind(value, gvk, codec);
      if (!hasVersion(value)) {
        const strictErrors = [...patch.strictErrors, ...fieldsOfNoVersion(value)];
        reportStrictErrors(context, strictErrors, { fieldValidation, fail: refuse });
        return { apiVersion: apiVersionOf(gvk), kind: gvk.kind, metadata: {} };
      }
    }
    const decoded = codec.decode({
      value,
      gvk: own,
      strict: fieldValidation !== 'Ignore',
      unstructured: patch.unstructured,
    });
    reportStrictErrors(context, [...patch.strictErrors, ...decoded.strictErrors], {
      fieldValidation,
      fail: refuse,
    });
    types.applyDefaults(decoded.object);
    return decoded.object;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof BodyError) throw refuse(error.message);
    throw error;
  }
}

const hasVersion = ({ apiVersion }: JsonObject) =>
  apiVersion !== undefined && apiVersion !== null && apiVersion !== '';

/**
 * A document that lost its version is read as an internal type, which knows no field by the name that it has
 * in JSON: nothing is left of the object.
 */
function fieldsOfNoVersion(value: JsonObject): string[] {
  return inByteOrder(Object.keys(value).filter((name) => name !== 'apiVersion' && name !== 'kind')).map(
    (name) => `unknown field ${JSON.stringify(name)}`,
  );
}

/** Throws BodyErrors for a document that has become another kind. */
function ensurePatchedKind(value: JsonObject, expected: GroupVersionKind, codec: ObjectCodec): void {
  const actual = kindOfValue(value, expected);
  if (!hasVersion(value) && !codec.knows(actual)) {
    throw new BodyError(
      `no kind ${JSON.stringify(actual.kind)} is registered for the internal version of group ${JSON.stringify(actual.group)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  if (!hasVersion(value) && actual.kind !== expected.kind && codec.knows(actual)) {
    throw new BodyError(unknownConversion({ ...actual, version: internalPackage(actual.group) }, expected));
  }
  if (!codec.knows(actual)) {
    const [kind, version] = [goQuote(actual.kind), JSON.stringify(apiVersionOf(actual))];
    throw new BodyError(
      `no kind ${kind} is registered for version ${version} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  ensureReadable(value, actual, { expected, codec });
  if (actual.kind !== expected.kind) throw new BodyError(unknownConversion(actual, expected));
  ensureKind(actual, { expected, codec });
}

function applyMechanism(
  context: RequestContext,
  scope: ResourceScope,
  { applied, options }: { applied: Applied; options: WriteOptions },
): Mechanism {
  const { document, duplicates } = applied;
  return async (current) => {
    const uid = (document['metadata'] as { uid?: string } | undefined)?.uid;
    if (current === undefined && uid !== undefined && uid !== '') {
      throw conflict(
        scope.groupResource,
        context.requestInfo.name,
        `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
      );
    }
    const object = await applyConfiguration(current, document, {
      scope,
      manager: options.fieldManager,
      force: options.force,
      decode: (value) => decodeMerged(scope, value, document),
    });
    // A conflict is answered first.
    if (duplicates.length > 0 && options.fieldValidation === 'Strict') {
      const lines = duplicates.map((line) => `\n  ${line}`).join('');
      throw badRequest(
        `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${lines}`,
      );
    }
    if (options.fieldValidation === 'Warn') for (const line of duplicates) context.warn(line);
    return object;
  };
}

/** The merged document as an object, conformed and with defaults. */
function decodeMerged(
  { types, codec, gvk }: ResourceScope,
  value: JsonObject,
  applied: JsonObject,
): KubeObject {
  ensureMapBudget(value);
  try {
    const { object } = codec.decode({ value, gvk, strict: false, unstructured: true });
    types.applyDefaults(object);
    return object;
  } catch (error) {
    throw error instanceof DecodeError ? inconvertible(applied, error.message) : error;
  }
}
