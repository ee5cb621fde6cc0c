import { asSchema, propertyOf, type JsonSchema } from './json-schema.ts';

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
  const kept: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value as Fields)) {
    const property = propertyOf(schema, key);
    if (isObject && metaFields.has(key)) kept.push([key, child]);
    else if (property !== undefined) kept.push([key, pruned(child, property)]);
    else if (schema?.additionalProperties !== undefined) {
      kept.push([key, pruned(child, asSchema(schema.additionalProperties))]);
    } else if (keeps) kept.push([key, child]);
  }
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(kept);
}
