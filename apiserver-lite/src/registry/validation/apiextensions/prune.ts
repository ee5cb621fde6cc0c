import { asSchema, type JsonSchema } from './json-schema.ts';

type Fields = Record<string, unknown>;

const metaFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The value without the fields that the schema does not know (Kubernetes: `pruning.Prune`). */
export function pruned(value: unknown, schema: JsonSchema | undefined, keepUnknown = false): unknown {
  const keeps = keepUnknown || schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  if (keeps && schema === undefined) return value;
  if (Array.isArray(value)) {
    const items = asSchema(schema?.items);
    return value.map((item) => pruned(item, items, keeps));
  }
  if (typeof value !== 'object' || value === null) return value;
  const isObject = schema?.['x-kubernetes-embedded-resource'] === true;
  const result: Fields = {};
  for (const [key, child] of Object.entries(value as Fields)) {
    const property = schema?.properties?.[key];
    if (isObject && metaFields.has(key)) result[key] = child;
    else if (property !== undefined) result[key] = pruned(child, property);
    else if (schema?.additionalProperties !== undefined) {
      result[key] = pruned(child, asSchema(schema.additionalProperties));
    } else if (keeps) result[key] = child;
  }
  return result;
}
