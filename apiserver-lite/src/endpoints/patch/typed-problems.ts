import { isKindMessage } from '@pg8s/k8s-proto/scheme';
import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage, type FieldSchema } from '@pg8s/k8s-proto/schema/schema';
import { goSyntax, goValue } from './go-value.ts';
import { isJsonObject } from './json-value.ts';

/** Where something is wrong (`.spec.replicas`), and what. */
type Problem = string;

const goTypes: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'bool',
  bigint: 'int64',
};

/** The type that Go gives a JSON value. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return goTypes[typeof value] ?? '';
}

const at = (path: string, what: string): Problem => (path === '' ? what : `${path}: ${what}`);

const text: FieldType = { kind: 'string', goType: 'string' };

function ofObject(message: string, value: unknown, path: string): Problem[] {
  if (value === null) return [];
  if (!isJsonObject(value)) return [at(path, `expected map, got &{${goValue(value)}}`)];
  const { byJson } = requireMessage(message);
  const isKind = isKindMessage(message);
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = byJson.get(name);
    const below = `${path}.${name}`;
    if (isKind && (name === 'apiVersion' || name === 'kind')) {
      return ofValue(text, { value: inner, path: below });
    }
    return field === undefined
      ? [at(below, 'field not declared in schema')]
      : ofValue(field.type, { value: inner, path: below, field });
  });
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
      return ofList(type.element, value, {
        path,
        keys: field?.listType === 'map' ? field.listMapKeys : undefined,
      });
    case 'string':
    case 'bytes':
      if (typeof value === 'string') return [];
      return [at(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)];
    case 'bool':
      return typeof value === 'boolean' ? [] : [at(path, `expected boolean, got ${goTypeOf(value)}`)];
    case 'int32':
    case 'int64':
    case 'float64':
      if (typeof value === 'number' || typeof value === 'bigint') return [];
      return [at(path, `expected numeric (int or float), got ${goTypeOf(value)}`)];
    default:
      // Times, quantities and the like are checked when they are read.
      return [];
  }
}

/** Ports of no protocol are TCP's: the only key with a default. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

function ofList(
  element: FieldType,
  items: readonly unknown[],
  { path, keys }: { path: string; keys: readonly string[] | undefined },
): Problem[] {
  if (keys === undefined) {
    return items.flatMap((item, index) => ofValue(element, { value: item, path: `${path}[${index}]` }));
  }
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item, keys);
    if ('problem' in key) return [at(path, `element ${index}: ${key.problem}`)];
    const place = `${path}${key.text}`;
    const twice = seen.has(key.text) ? [at(path, `duplicate entries for key ${key.text}`)] : [];
    seen.add(key.text);
    return [...twice, ...ofValue(element, { value: item, path: place })];
  });
}

function keyOf(item: unknown, keys: readonly string[]): { text: string } | { problem: string } {
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isJsonObject(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const parts: string[] = [];
  for (const name of [...keys].sort()) {
    const value = item[name] ?? keyDefaults[name];
    if (value === undefined) {
      const key = JSON.stringify(name);
      return {
        problem: `associative list with keys has an element that omits key field ${key} (and doesn't have default value)`,
      };
    }
    parts.push(`${name}=${JSON.stringify(value)}`);
  }
  return { text: `[${parts.join(',')}]` };
}

/**
 * What keeps a document from being one of a type, before anything of it is merged: unknown fields, values of other types, items
 * without a key or with the same one (Kubernetes: `structured-merge-diff/typed.validate`).
 */
export function typedProblems(message: string, document: unknown): readonly string[] {
  return ofObject(message, document, '');
}
