import { isJsonObject, setField, type JsonObject } from '../../json/json-value.ts';
import { copyOf } from '../../registry/generic/copy-object.ts';
import { nodeOfField, type SchemaNode } from './schema-node.ts';

/**
 * Sets the defaults of fields that are absent, and of those that are null and may not be, in the object
 * itself. Running it twice is running it once (Kubernetes: `defaulting.Default`).
 */
export function applySchemaDefaults(value: unknown, node: SchemaNode | undefined): void {
  if (node === undefined || !node.hasDefaults || typeof value !== 'object' || value === null) {
    // Items and additional properties that may not be null become their default, which may be null again.
    return;
  }
  if (Array.isArray(value)) {
    const { items } = node;
    if (items?.hasDefaults !== true) return;
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null && hasDefaultForNull(items)) value[index] = copyOf(items.default);
      applySchemaDefaults(value[index], items);
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, child] of node.defaulted) {
    if (!Object.hasOwn(value, name) || (value[name] === null && !child.isNullable)) {
      setField(value, name, copyOf(child.default));
    }
  }
  for (const name of Object.keys(value)) {
    const property = node.properties.get(name);
    if (property !== undefined) {
      if (property.hasDefaults) applySchemaDefaults(value[name], property);
    } else if (typeof node.additional === 'object' && node.additional.hasDefaults) {
      if (value[name] === null && hasDefaultForNull(node.additional)) {
        setField(value, name, copyOf(node.additional.default));
      }
      applySchemaDefaults(value[name], node.additional);
    }
  }
}

const hasDefaultForNull = ({ isNullable, default: value }: SchemaNode) => !isNullable && value !== undefined;

/**
 * Takes away fields that are null, may not be, and have no default that would replace them, in the object
 * itself (Kubernetes: `defaulting.PruneNonNullableNullsWithoutDefaults`).
 */
export function dropNulls(value: unknown, node: SchemaNode | undefined): void {
  if (node === undefined) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items !== undefined) for (const item of value) dropNulls(item, items);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const name of Object.keys(value)) {
    const child = nodeOfField(node, name);
    if (child === undefined) continue;
    const item = (value as JsonObject)[name];
    if (item === null) {
      if (!child.isNullable && child.default === undefined) delete (value as JsonObject)[name];
    } else if (typeof item === 'object') dropNulls(item, child);
  }
}
