import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { goMapJson } from '@pg8s/k8s-proto/go-json';
import { duplicate, invalidValue } from '../../registry/fields/field-errors.ts';
import { inKeyOrder } from './in-key-order.ts';
import { FaultBudget } from './values/fault-budget.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * Items that stand twice in a set, or with the same keys in a map (Kubernetes:
 * `listtype.ValidateListSetsAndMaps`). `field` is where the value stands; empty: it is the whole object.
 */
export function validateListItems(value: unknown, node: SchemaNode | undefined, field: string): FieldError[] {
  const findings: FieldError[] = [];
  const budget = new FaultBudget();
  if (node === undefined) return findings;
  check(value, node, field, (finding) => {
    budget.spend(finding);
    findings.push(finding);
  });
  return findings;
}

type Found = (finding: FieldError) => void;

function check(value: unknown, node: SchemaNode, field: string, found: Found): void {
  if (!node.hasListTypes || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (node.listType === 'set') {
      for (const index of repeatedIn(value)) found(duplicate(`${field}[${index}]`, inKeyOrder(value[index])));
    } else if (node.listType === 'map') {
      for (const finding of repeatedKeys(value, node.listMapKeys, field)) found(finding);
    }
    if (node.items?.hasListTypes !== true) return;
    for (let index = 0; index < value.length; index++) {
      check(value[index], node.items, `${field}[${index}]`, found);
    }
    return;
  }
  if (!isJsonObject(value)) return;
  // Of a schema with both, kube-apiserver takes additional properties for all fields.
  if (typeof node.additional === 'object' && node.additional.hasListTypes) {
    for (const name of inByteOrder(Object.keys(value))) {
      check(value[name], node.additional, `${field}[${name}]`, found);
    }
  }
  for (const [name, child] of node.properties) {
    if (child.hasListTypes && Object.hasOwn(value, name)) {
      check(value[name], child, field === '' ? name : `${field}.${name}`, found);
    }
  }
}

/** The second place of every value that stands there more than once. */
function repeatedIn(list: readonly unknown[]): number[] {
  if (list.length < 2) return [];
  const times = new Map<unknown, number>();
  const repeated: number[] = [];
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const key = typeof item === 'object' && item !== null ? `{${goMapJson(item)}` : scalarKey(item);
    const known = times.get(key) ?? 0;
    times.set(key, known + 1);
    if (known === 1) repeated.push(index);
  }
  return repeated;
}

/** Not the same as the text of any container. */
function scalarKey(value: unknown): unknown {
  return typeof value === 'string' ? `"${value}` : value;
}

function repeatedKeys(list: readonly unknown[], names: readonly string[], field: string): FieldError[] {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (item !== null && !isJsonObject(item)) {
      const detail = 'must be an object for an array of list-type map';
      return [invalidValue(`${field}[${index}]`, inKeyOrder(item), detail)];
    }
  }
  if (list.length < 2) return [];
  const keys = list.map((item) => keysOf(item as JsonObject | null, names));
  const [only] = names;
  // One key alone is compared by its value: an item without is another than one in which it is null.
  const compared: readonly unknown[] =
    names.length === 1 && only !== undefined
      ? keys.map((key) => (Object.hasOwn(key, only) ? key[only] : undefined))
      : keys;
  return repeatedIn(compared).map((index) => duplicate(`${field}[${index}]`, inKeyOrder(keys[index])));
}

function keysOf(item: JsonObject | null, names: readonly string[]): JsonObject {
  const key: JsonObject = {};
  if (item === null) return key;
  for (const name of names) if (Object.hasOwn(item, name)) key[name] = item[name];
  return key;
}
