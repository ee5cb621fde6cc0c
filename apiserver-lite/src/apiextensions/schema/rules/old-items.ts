import { NumberToken } from '@pg8s/k8s-proto/json-number';
import { isJsonObject } from '../../../json/json-value.ts';
import type { JsonSchema } from '../json-schema.ts';

/** The stored items of a list by their keys (Kubernetes: pkg/cel/common/maplist.go). */
export interface OldItems {
  /** The stored item with the keys of this one. */
  find(item: unknown): unknown;
}

/** The values of all key fields; undefined where one is missing or no scalar. */
function keyOf(item: unknown, names: readonly string[]): string | undefined {
  if (!isJsonObject(item)) return undefined;
  const values: string[] = [];
  for (const name of names) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined;
    if (value instanceof NumberToken) values.push(`number ${value.source}`);
    else if (value === undefined || value === null || typeof value === 'object') return undefined;
    else values.push(`${typeof value === 'bigint' ? 'number' : typeof value} ${String(value as string)}`);
  }
  return JSON.stringify(values);
}

/**
 * The stored items of a list of this schema; none can be found unless its type is map. The first of a key
 * counts.
 */
export function oldItems(schema: JsonSchema, items: readonly unknown[]): OldItems {
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema.type === 'array' && schema['x-kubernetes-list-type'] === 'map' && names.length > 0;
  if (!isMap || items.length === 0) return { find: () => undefined };
  let byKey: Map<string, unknown> | undefined;
  const index = () => {
    const found = new Map<string, unknown>();
    for (const item of items) {
      const key = keyOf(item, names);
      if (key !== undefined && !found.has(key)) found.set(key, item);
    }
    return found;
  };
  return {
    find(item) {
      const key = keyOf(item, names);
      return key === undefined ? undefined : (byKey ??= index()).get(key);
    },
  };
}
