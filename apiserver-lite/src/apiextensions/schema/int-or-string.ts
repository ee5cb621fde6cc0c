import { setFields, type JsonSchema } from './json-schema.ts';

/** The one choice of types that may stand in anyOf: that of int-or-string, in this order. */
export function isIntOrStringChoice(anyOf: readonly JsonSchema[] | undefined): boolean {
  return (
    anyOf?.length === 2 &&
    anyOf.every(({ type }, index) => type === (index === 0 ? 'integer' : 'string')) &&
    anyOf.every((schema) => setFields(schema).length === 1)
  );
}
