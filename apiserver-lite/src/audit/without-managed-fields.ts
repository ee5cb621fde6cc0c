import { parseJson, stringifyJson } from '@pg8s/k8s-proto/json';
import { ownValue } from '@pg8s/k8s-proto/own-value';

type JsonObject = Record<string, unknown>;

/** The JSON of an object, a list or a Table without the managedFields of its objects. */
export function withoutManagedFields(json: string): string {
  const value = parseJson(json);
  if (!isObject(value)) return json;
  strip(value);
  for (const item of listOf(value, 'items')) strip(item);
  for (const row of listOf(value, 'rows')) {
    const object = ownValue(row, 'object');
    if (isObject(object)) strip(object);
  }
  return stringifyJson(value);
}

function strip(object: JsonObject): void {
  const metadata = ownValue(object, 'metadata');
  if (isObject(metadata)) delete metadata['managedFields'];
}

function listOf(object: JsonObject, field: string): JsonObject[] {
  const list = ownValue(object, field);
  return Array.isArray(list) ? list.filter((item) => isObject(item)) : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
