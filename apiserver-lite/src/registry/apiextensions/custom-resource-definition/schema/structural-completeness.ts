import type { FieldError } from '../../../../api-errors/status-error.ts';
import { required } from '../../../fields/field-errors.ts';
import { asSchema, propertyOf, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';

interface Place {
  /** The schema that describes the value; undefined where none does. */
  described: JsonSchema | undefined;
  describedAt: string;
  restrictedAt: string;
}

/**
 * What is restricted within allOf, anyOf, oneOf or not is described outside of them (Kubernetes:
 * `validateStructuralCompleteness`).
 */
export function validateCompleteness(schema: JsonSchema, field: string): FieldError[] {
  return completeJunctors(schema, { described: schema, describedAt: field, restrictedAt: field });
}

function completeJunctors(schema: JsonSchema, place: Place): FieldError[] {
  const { not, allOf, anyOf, oneOf } = schema;
  const at = (tail: string): Place => ({ ...place, restrictedAt: `${place.restrictedAt}.${tail}` });
  const findings = not === undefined ? [] : complete(not, at('not'));
  for (const [name, list = []] of Object.entries({ allOf, anyOf, oneOf })) {
    findings.push(...list.flatMap((child, index) => complete(child, at(`${name}[${index}]`))));
  }
  return findings;
}

function complete(schema: JsonSchema, place: Place): FieldError[] {
  const { described, describedAt, restrictedAt } = place;
  if (described === undefined) return [required(describedAt, `because it is defined in ${restrictedAt}`)];
  const findings = completeJunctors(schema, place);
  const items = asSchema(schema.items);
  const below = (tail: string, child: JsonSchema | undefined): Place => ({
    described: child,
    describedAt: `${describedAt}.${tail}`,
    restrictedAt: `${restrictedAt}.${tail}`,
  });
  if (items !== undefined) findings.push(...complete(items, below('items', asSchema(described.items))));
  for (const [name, child] of sortedEntries(schema.properties)) {
    findings.push(...complete(child, below(`properties[${name}]`, propertyOf(described, name))));
  }
  return findings;
}
