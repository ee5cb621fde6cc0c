import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { goSyntax, goValue } from '../../json/go-print.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import {
  keyPlace,
  typedProblems,
  valuePlace,
} from '../../registry/resource-types/built-in/typed-problems.ts';
import { keyDefaultsOf } from './ownership-plan.ts';
import type { SchemaNode } from './schema-node.ts';

const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const at = (path: string, what: string) => (path === '' ? what : `${path}: ${what}`);

/** A value, and what it inherits from above. */
interface Placed {
  value: unknown;
  path: string;
  preserves: boolean;
}

/**
 * What keeps an applied document from being of the schema: unknown fields, values of other types, items
 * without a key or that stand twice (Kubernetes: `structured-merge-diff/typed.validate`).
 */
export function appliedProblems(
  document: JsonObject,
  root: SchemaNode | undefined,
  preserves = false,
): readonly string[] {
  if (root === undefined) return [];
  return ofObject(root, { value: document, path: '', preserves: preserves || root.preservesUnknown }, true);
}

function ofValue(node: SchemaNode, { value, path, preserves: above }: Placed): string[] {
  if (value === null || value === undefined) return [];
  const placed = { value, path, preserves: above || node.preservesUnknown };
  const { type = '', format = '' } = node.schema;
  switch (type) {
    case 'object':
      return ofObject(node, placed, node.isObject);
    case 'array':
      return ofList(node, placed);
    case 'string':
      if (format !== '' && format !== 'byte') {
        return typeof value === 'object' ? [at(path, `expected any scalar, got &{${goValue(value)}}`)] : [];
      }
      return typeof value === 'string'
        ? []
        : [at(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [at(path, `expected boolean, got &{${goValue(value)}}`)];
    case 'integer':
    case 'number':
      if (typeof value === 'number' || typeof value === 'bigint') return [];
      return [at(path, `expected numeric (int or float), got ${goTypeOf(value)}`)];
    default:
      if (Array.isArray(value)) return node.items === undefined ? [] : ofList(node, placed);
      return typeof value === 'object' ? ofObject(node, placed, node.isObject) : [];
  }
}

/** The type that Go gives a JSON value. */
function goTypeOf(value: unknown): string {
  if (value instanceof GoOnlyValue) return value.type;
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/** The first field that is not known ends the search in its map. */
function ofObject(node: SchemaNode, { value, path, preserves }: Placed, isObject: boolean): string[] {
  if (!isJsonObject(value)) return [at(path, `expected map, got &{${goValue(value)}}`)];
  const isOpen = preserves || (node.properties.size === 0 && !isObject);
  const problems: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const below = `${path}.${name}`;
    const property = node.properties.get(name);
    if (isObject && name === 'metadata') problems.push(...ofMetadata(inner, below));
    else if (isObject && (name === 'apiVersion' || name === 'kind')) {
      if (typeof inner !== 'string' && inner !== null) {
        problems.push(at(below, `expected string, got &value.valueUnstructured{Value:${goSyntax(inner)}}`));
      }
    } else if (property !== undefined || typeof node.additional === 'object') {
      const child = property ?? (node.additional as SchemaNode);
      problems.push(...ofValue(child, { value: inner, path: below, preserves }));
    } else if (node.additional === undefined ? !isOpen : node.schema.additionalProperties !== true) {
      return [...problems, at(below, 'field not declared in schema')];
    }
  }
  return problems;
}

function ofMetadata(value: unknown, path: string): string[] {
  return typedProblems(objectMeta, value).map((problem) =>
    problem.startsWith('.') ? `${path}${problem}` : at(path, problem),
  );
}

/** The first item that has no place of its own ends the search in its list. */
function ofList(node: SchemaNode, { value, path, preserves }: Placed): string[] {
  if (!Array.isArray(value)) return [at(path, `expected list, got &{${goValue(value)}}`)];
  const { items } = node;
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const [index, item] of value.entries()) {
    const place = placeOf(node, item, index);
    if ('problem' in place) return [...problems, at(path, `element ${index}: ${place.problem}`)];
    if (seen.has(place.text)) problems.push(at(path, `duplicate entries for key ${place.text}`));
    seen.add(place.text);
    if (items !== undefined) {
      problems.push(...ofValue(items, { value: item, path: `${path}${place.text}`, preserves }));
    }
  }
  return problems;
}

function placeOf(
  { listType, listMapKeys, items }: SchemaNode,
  item: unknown,
  index: number,
): ReturnType<typeof keyPlace> {
  if (listType === 'set') return valuePlace(item);
  if (listType !== 'map' || items === undefined) return { text: `[${index}]` };
  return keyPlace(item, [...listMapKeys].sort(), keyDefaultsOf(items, listMapKeys));
}
