import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { badRequest } from '../../api-errors/status-error.ts';
import { copyJson, isJsonObject, jsonTypeName, setField, type JsonObject } from '../../json/json-value.ts';

/** Checks that a merge patch is an object; null is one in which nothing can be found. Throws 400. */
export function readMergePatch(value: unknown): JsonObject {
  if (value === null) throw badRequest('Invalid JSON Patch');
  if (!isJsonObject(value)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
    );
  }
  return value;
}

/**
 * RFC 7396: fields are replaced, null removes them, objects merge. The original stays as it is. Objects that
 * the patch reaches into or adds have their fields in order then, as those of a Go map: opaque values are
 * compared as they are written (Kubernetes: `json-patch.MergePatch`).
 */
export function applyMergePatch(document: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...document };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (value === null) delete merged[key];
    else if (isJsonObject(value))
      setField(merged, key, applyMergePatch(isJsonObject(current) ? current : {}, value));
    // What takes the place of an object is not looked into.
    else setField(merged, key, isJsonObject(current) ? copyJson(value) : withoutNulls(value));
  }
  return inOrder(merged);
}

/** New objects in lists lose what is null in them, as those outside do; null items of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  return isJsonObject(value) ? applyMergePatch({}, value) : value;
}

function inOrder(object: JsonObject): JsonObject {
  const ordered: JsonObject = {};
  for (const key of inByteOrder(Object.keys(object))) setField(ordered, key, object[key]);
  return ordered;
}
