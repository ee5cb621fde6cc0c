import { isJsonObject, setField, type JsonObject } from '../../json/json-value.ts';
import { copyOf } from '../../registry/generic/copy-object.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { coerceObjects } from './embedded-object.ts';
import { pruneObject } from './prune.ts';
import type { SchemaNode } from './schema-node.ts';

/** The way from an object to a value within: names of fields, `undefined` for an item of a list. */
type Path = readonly (string | undefined)[];

/**
 * Takes from all defaults what pruning would take from them in an object, metadata of embedded objects
 * included (Kubernetes: `defaulting.PruneDefaults`).
 */
export function pruneDefaults(root: SchemaNode): void {
  if (root.hasDefaults) prune(root, root, []);
}

function prune(node: SchemaNode, root: SchemaNode, path: Path): void {
  if (!node.hasDefaults) return;
  if (node.default !== undefined) {
    const object = surround(copyOf(node.default), path);
    if (object !== undefined) {
      coerceObjects(object, { ...root, isObject: true, hasObjects: true }, '', { dropInvalid: true });
      pruneObject(object, root);
      node.default = valueAt(object, path);
    }
  }
  if (typeof node.additional === 'object') prune(node.additional, root, [...path, '*']);
  if (node.items !== undefined) prune(node.items, root, [...path, undefined]);
  for (const [name, child] of node.properties) prune(child, root, [...path, name]);
}

/** The least object that has the value at this place; undefined: the default of the whole object is none. */
function surround(value: unknown, path: Path): JsonObject | undefined {
  let inner = value;
  for (const name of path.toReversed()) {
    if (name === undefined) inner = [inner];
    else {
      const holder: JsonObject = {};
      setField(holder, name, inner);
      inner = holder;
    }
  }
  return isJsonObject(inner) ? inner : undefined;
}

function valueAt(object: JsonObject, path: Path): unknown {
  let value: unknown = object;
  for (const name of path) {
    if (name === undefined) value = Array.isArray(value) ? value[0] : undefined;
    else value = isJsonObject(value) ? ownValue(value, name) : undefined;
  }
  return value ?? undefined;
}
