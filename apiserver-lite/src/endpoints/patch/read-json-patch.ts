import { badRequest, requestEntityTooLarge } from '../../api-errors/status-error.ts';
import type { JsonPatchOperation } from '../../json/json-patch.ts';
import { isJsonObject, jsonTypeName } from '../../json/json-value.ts';

/** As many operations as kube-apiserver takes. */
const maxOperations = 10_000;

const operationFields = new Set(['op', 'path', 'from', 'value']);

/** Checks the shape of a patch; `unknown field "[0].foo"` and the like are collected. Throws 400 and 413. */
export function readJsonPatch(value: unknown): { operations: JsonPatchOperation[]; strictErrors: string[] } {
  const goType = 'of type []handlers.jsonPatchOp';
  if (value === null) return { operations: [], strictErrors: [] };
  if (!Array.isArray(value)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonTypeName(value)} into Go value ${goType}`,
    );
  }
  if (value.length > maxOperations) {
    throw requestEntityTooLarge(
      `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${value.length}`,
    );
  }
  const strictErrors: string[] = [];
  const operations = value.map((operation: unknown, index): JsonPatchOperation => {
    if (operation === null) return { op: '', path: '' };
    if (!isJsonObject(operation)) {
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonTypeName(operation)} into Go value of type handlers.jsonPatchOp`,
      );
    }
    for (const key of Object.keys(operation)) {
      if (!operationFields.has(key)) strictErrors.push(`json patch unknown field "[${index}].${key}"`);
    }
    for (const key of ['op', 'path', 'from'] as const) {
      const field = operation[key];
      if (field !== undefined && field !== null && typeof field !== 'string') {
        throw badRequest(
          `error decoding patch: json: cannot unmarshal ${jsonTypeName(field)} into Go struct field jsonPatchOp.${key} of type string`,
        );
      }
    }
    return operation as unknown as JsonPatchOperation;
  });
  return { operations, strictErrors };
}
