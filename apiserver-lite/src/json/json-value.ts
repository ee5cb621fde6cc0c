import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { NumberToken } from '@pg8s/k8s-proto/json-number';
import { setJsonField as setField } from '@pg8s/k8s-proto/json-reader';

export { setField };

/** Parsed JSON. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object: no list, not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberToken) &&
    !(value instanceof GoOnlyValue)
  );
}

/** A copy that shares nothing with the original; fields that are undefined aren't there. */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined) setField(copy, key, copyJson(value[key]));
  }
  return copy as T;
}

/** Whether two values that are no objects and no lists are equal: numbers, as they are written. */
export function isSameScalar(a: unknown, b: unknown): boolean {
  if (a instanceof NumberToken && b instanceof NumberToken) return a.source === b.source;
  return a === b;
}

/** The name of a value's JSON type in Go's errors. */
export function jsonTypeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' || value instanceof NumberToken ? 'number' : typeof value;
}
