import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { isKindMessage } from '@pg8s/k8s-proto/scheme';
import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage, type FieldSchema } from '@pg8s/k8s-proto/schema/schema';
import { keyDefaults } from './message-plan.ts';
import { goSyntax, goValue } from '../../../json/go-print.ts';
import { isJsonObject } from '../../../json/json-value.ts';

/** Where something is wrong (`.spec.replicas`), and what. */
type Problem = string;

/** The type that Go gives a JSON value. */
function goTypeOf(value: unknown): string {
  if (value instanceof GoOnlyValue) return value.type;
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number' || typeof value === 'bigint') return 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

const at = (path: string, what: string): Problem => (path === '' ? what : `${path}: ${what}`);

const text: FieldType = { kind: 'string', goType: 'string' };

/** The first field that is not known ends the search in its map. */
function ofObject(message: string, value: unknown, path: string): Problem[] {
  if (!isJsonObject(value)) return [at(path, `expected map, got &{${goValue(value)}}`)];
  const { byJson } = requireMessage(message);
  const isKind = isKindMessage(message);
  const problems: Problem[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const below = `${path}.${name}`;
    if (isKind && (name === 'apiVersion' || name === 'kind')) {
      problems.push(...ofValue(text, { value: inner, path: below }));
      continue;
    }
    const field = byJson.get(name);
    if (field === undefined) return [...problems, at(below, 'field not declared in schema')];
    problems.push(...ofValue(field.type, { value: inner, path: below, field }));
  }
  return problems;
}

interface Placed {
  value: unknown;
  path: string;
  /** What the schema says of the list that this is. */
  field?: FieldSchema;
}

function ofValue(type: FieldType, { value, path, field }: Placed): Problem[] {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'message':
      return ofObject(type.name, value, path);
    case 'map':
      if (!isJsonObject(value)) return [at(path, `expected map, got &{${goValue(value)}}`)];
      return Object.entries(value).flatMap(([name, inner]) =>
        ofValue(type.value, { value: inner, path: `${path}.${name}` }),
      );
    case 'list':
      if (!Array.isArray(value)) return [at(path, `expected list, got &{${goValue(value)}}`)];
      return ofList(type.element, value, path, field);
    case 'string':
    case 'bytes':
    case 'duration':
      if (typeof value === 'string') return [];
      return [at(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)];
    case 'bool':
      return typeof value === 'boolean' ? [] : [at(path, `expected boolean, got &{${goValue(value)}}`)];
    case 'int32':
    case 'int64':
    case 'float64':
      if (typeof value === 'number' || typeof value === 'bigint') return [];
      return [at(path, `expected numeric (int or float), got ${goTypeOf(value)}`)];
    case 'time':
    case 'microTime':
    case 'quantity':
      // What a scalar says is read when it becomes part of the object.
      return typeof value === 'object' ? [at(path, `expected any scalar, got &{${goValue(value)}}`)] : [];
    default:
      return [];
  }
}

/** The first item that has no place of its own ends the search in its list. */
function ofList(
  element: FieldType,
  items: readonly unknown[],
  path: string,
  field: FieldSchema | undefined,
): Problem[] {
  const placeOf = placesOf(element, field);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const [index, item] of items.entries()) {
    const place = placeOf(item, index);
    if ('problem' in place) return [...problems, at(path, `element ${index}: ${place.problem}`)];
    if (seen.has(place.text)) problems.push(at(path, `duplicate entries for key ${place.text}`));
    seen.add(place.text);
    problems.push(...ofValue(element, { value: item, path: `${path}${place.text}` }));
  }
  return problems;
}

/** How an item is named; or why it cannot be. */
type Place = { text: string } | { problem: string };

/** How the items of a list are identified: by keys, by their value, or by where they stand. */
function placesOf(
  element: FieldType,
  field: FieldSchema | undefined,
): (item: unknown, index: number) => Place {
  switch (field?.listType) {
    case 'map': {
      const keys = [...(field.listMapKeys ?? [])].sort();
      const defaults = keyDefaults(element, keys);
      return (item) => keyPlace(item, keys, defaults);
    }
    case 'set':
      return valuePlace;
    default:
      return (_item, index) => ({ text: `[${index}]` });
  }
}

/** The place of an item among others with keys. */
export function keyPlace(
  item: unknown,
  keys: readonly string[],
  defaults: Readonly<Record<string, unknown>>,
): Place {
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isJsonObject(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const parts: string[] = [];
  for (const name of keys) {
    const value = item[name] === undefined ? defaults[name] : item[name];
    if (value !== undefined) parts.push(`${name}=${stringifyJson(value)}`);
  }
  if (parts.length > 0) return { text: `[${parts.join(',')}]` };
  const names = keys.map((name) => JSON.stringify(name)).join(' ');
  return {
    problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  };
}

/** The place of an item in a set. */
export function valuePlace(item: unknown): Place {
  if (item === null) {
    return { problem: "associative list without keys has an element that's an explicit null" };
  }
  if (Array.isArray(item)) return { problem: 'not supported: associative list with lists as elements' };
  if (typeof item === 'object') {
    return { problem: "associative list without keys has an element that's a map type" };
  }
  return { text: `[=${stringifyJson(item)}]` };
}

/**
 * What keeps a document from being one of a type, before anything of it is merged: unknown fields, values of
 * other types, items without a key, items that stand twice in a set or in a list with keys (Kubernetes:
 * `structured-merge-diff/typed.validate`).
 */
export function typedProblems(message: string, document: unknown): readonly string[] {
  return ofObject(message, document, '');
}
