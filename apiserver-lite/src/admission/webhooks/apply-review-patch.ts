import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { parseJsonStrict } from '@pg8s/k8s-proto/conform/parse-json-strict';
import { goMapJson } from '@pg8s/k8s-proto/go-json';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { internalError } from '../../api-errors/status-error.ts';
import { applyJsonPatch, type JsonPatchOperation } from '../../json/json-patch.ts';
import { isJsonObject, jsonTypeName, type JsonObject } from '../../json/json-value.ts';
import { PatchError } from '../../json/patch-error.ts';
import { DecodeError } from '../../registry/resource-types/object-codec.ts';
import type { ResourceTypes } from '../../registry/resource-types/resource-types.ts';

/** A webhook's patch. */
export interface ReviewPatch {
  readonly operations: readonly JsonPatchOperation[];
  /** As audit annotations have it. */
  readonly text: string;
}

/** Reads a patch. Throws an Error in the words of Go's decoder for what is none. */
export function readReviewPatch(patch: Buffer): ReviewPatch {
  const value = parsed(patch);
  if (value === null) return { operations: [], text: '[]' };
  if (!Array.isArray(value)) throw notOfType(value, 'jsonpatch.Patch');
  for (const operation of value) {
    if (operation !== null && !isJsonObject(operation)) throw notOfType(operation, 'jsonpatch.Operation');
  }
  return { operations: value.map((operation) => operationOf(operation ?? {})), text: goMapJson(value) };
}

function parsed(patch: Buffer): unknown {
  try {
    return parseJsonStrict(patch.toString(), maxKeys).value;
  } catch (error) {
    if (error instanceof ConformError) throw new Error(error.message, { cause: error });
    throw error;
  }
}

/** Far more than an object can have. */
const maxKeys = 1_000_000;

function notOfType(value: unknown, type: string): Error {
  return new Error(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${type}`);
}

/** What is no text is not known; what is null is not there. */
function operationOf(operation: JsonObject): JsonPatchOperation {
  const text = (name: string): string | undefined => {
    const value = ownValue(operation, name);
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : 'unknown';
  };
  const [path, from] = [text('path'), text('from')];
  const fields: Partial<JsonPatchOperation> = {
    op: text('op') ?? 'unknown',
    ...(path === undefined ? {} : { path }),
    ...(from === undefined ? {} : { from }),
    ...(Object.hasOwn(operation, 'value') ? { value: operation['value'] } : {}),
  };
  return fields as JsonPatchOperation;
}

/**
 * The object after the patch, read as what it then says that it is; the original stays as it is. Throws a
 * StatusError (500) where the patch does not apply, or what it makes is no object.
 */
export function applyReviewPatch(
  object: KubeObject,
  { operations }: ReviewPatch,
  { codec }: ResourceTypes,
): KubeObject {
  try {
    const value = applyJsonPatch(object as unknown as JsonObject, operations);
    const actual = kindOf(value, object);
    if (codec.unstructured === true) {
      // What has no type is what it says; whether that may be stored is for validation.
      if (!ownValue(value, 'kind')) {
        throw internalError(`Object 'Kind' is missing in '${goMapJson(value)}'`);
      }
      return codec.decode({ value, gvk: actual, strict: false }).object;
    }
    if (!codec.knows(actual)) {
      const where = `for version ${goQuote(apiVersionOf(actual))} in scheme "pkg/runtime/scheme.go:111"`;
      throw internalError(`no kind ${goQuote(actual.kind)} is registered ${where}`);
    }
    return codec.decode({ value, gvk: actual, strict: false }).object;
  } catch (error) {
    if (error instanceof PatchError || error instanceof DecodeError) throw internalError(error);
    throw error;
  }
}

/** What a document says that it is; what it does not say it was before. */
function kindOf(value: JsonObject, { apiVersion, kind }: KubeObject): GroupVersionKind {
  const said = (name: string) => {
    const text = ownValue(value, name);
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  return { ...groupVersionOf(said('apiVersion') ?? apiVersion), kind: said('kind') ?? kind };
}
