import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { copyOf } from '../../registry/generic/copy-object.ts';
import type { JsonSchema } from './json-schema.ts';
import { schemaNode, type SchemaNode } from './schema-node.ts';
import { UnknownFields } from './unknown-fields.ts';

/** What the server knows of every object, and no schema has to name. */
const metaFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Takes away what the schema does not know, in the object itself (Kubernetes: `pruning.PruneWithOptions`).
 * apiVersion, kind and metadata of the object and of embedded ones stay as they are. Answers the paths of
 * what went (`spec.list[0].extra`), sorted, where they are asked for.
 */
export function pruneObject(
  object: JsonObject,
  node: SchemaNode | undefined,
  { collectUnknown = false }: { collectUnknown?: boolean } = {},
): readonly string[] {
  const unknown = collectUnknown ? new UnknownFields() : undefined;
  if (node?.preservesUnknown === true) prunePreserved(object, node, true, unknown);
  else pruneFields(object, node, true, unknown);
  return unknown?.sorted() ?? [];
}

/** A copy of a value, no object of the API, without the fields that the schema does not know. */
export function pruned(value: unknown, schema: JsonSchema): unknown {
  const copy = copyOf(value);
  prune(copy, schemaNode(schema), undefined);
  return copy;
}

function prune(value: unknown, node: SchemaNode | undefined, unknown: UnknownFields | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  if (node?.preservesUnknown === true) prunePreserved(value, node, node.isObject, unknown);
  else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item !== 'object' || item === null) continue;
      unknown?.enterItem(index);
      prune(item, node?.items, unknown);
      unknown?.leave();
    }
  } else if (isJsonObject(value)) pruneFields(value, node, node?.isObject === true, unknown);
}

function pruneFields(
  object: JsonObject,
  node: SchemaNode | undefined,
  isObject: boolean,
  unknown: UnknownFields | undefined,
): void {
  for (const name of Object.keys(object)) {
    if (isObject && metaFields.has(name)) continue;
    const property = node?.properties.get(name);
    if (property === undefined && node?.additional === undefined) {
      if (unknown !== undefined && !(unknown.isRoot && metaFields.has(name))) unknown.add(name);
      delete object[name];
      continue;
    }
    const value = object[name];
    if (typeof value !== 'object' || value === null) continue;
    unknown?.enterField(name);
    prune(value, property ?? additionalOf(node), unknown);
    unknown?.leave();
  }
}

/** Where unknown fields stay: what the schema names is pruned all the same. */
function prunePreserved(
  value: unknown,
  node: SchemaNode,
  isObject: boolean,
  unknown: UnknownFields | undefined,
): void {
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return;
    for (let index = 0; index < value.length; index++) {
      unknown?.enterItem(index);
      prunePreserved(value[index], items, items.isObject, unknown);
      unknown?.leave();
    }
    return;
  }
  if (!isJsonObject(value) || (node.properties.size === 0 && node.additional === undefined)) return;
  for (const name of Object.keys(value)) {
    if (isObject && metaFields.has(name)) continue;
    const property = node.properties.get(name);
    if (property === undefined && node.additional === undefined) continue;
    unknown?.enterField(name);
    prune(value[name], property ?? additionalOf(node), unknown);
    unknown?.leave();
  }
}

function additionalOf(node: SchemaNode | undefined): SchemaNode | undefined {
  return typeof node?.additional === 'object' ? node.additional : undefined;
}
