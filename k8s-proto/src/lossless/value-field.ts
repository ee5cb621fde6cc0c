import type { FieldType } from '../schema/field-type.ts';

/** Kinds whose zero value Go never prints as null, so that null can mean that the field isn't on the wire. */
const kinds: ReadonlySet<FieldType['kind']> = new Set<FieldType['kind']>([
  'string',
  'bool',
  'int32',
  'int64',
  'float64',
  'message',
  'duration',
  'quantity',
  'intOrString',
  'schemaOrBool',
]);

/**
 * Whether a field is written even when zero, and `null` in JSON therefore can mean that it is absent. Times
 * and opaque values are written when zero too, but Go prints their zero as null already.
 */
export function nullMeansAbsent({ type, pointer }: { type: FieldType; pointer: boolean }): boolean {
  return !pointer && kinds.has(type.kind);
}
