import { isJsonObject, type JsonObject } from '../../../json/json-value.ts';
import type { Steps } from '../../../http/in-turns.ts';
import type { AllowedValues } from './allowed-values.ts';
import { isInt64, isJsonInteger, numberProblems } from './number.ts';
import type { ValueSchema } from './value-schema.ts';

const visitsPerStep = 1024;
/** Of the values of an enum that a value may be compared with, so many cost a visit. */
const comparisonsPerVisit = 16;

/** Since the last step of any work on values. */
let visits = 0;

/** Counts what was looked at; true after a thousand times, which ends a step. */
export function endsStep(count = 0): boolean {
  visits += count;
  if (visits < visitsPerStep) return false;
  visits = 0;
  return true;
}

/**
 * Whether a value is as a schema asks: as `explain` would find nothing. Most values are, and it takes a small
 * part of the time. Throws 413.
 */
export function* accepts(schema: ValueSchema, value: unknown): Steps<boolean> {
  if (typeof value !== 'object' || value === null) return acceptsScalar(schema, value);
  visits++;
  if (Array.isArray(value)) {
    if (!schema.takes.array || !(yield* acceptsItems(schema, value))) return false;
  } else if (isJsonObject(value)) {
    if (!schema.takes.object || !(yield* acceptsFields(schema, value))) return false;
  }
  if (schema.allowed !== undefined && !isAllowed(schema.allowed, value)) return false;
  return !schema.hasJunctors || (yield* acceptsJunctors(schema, value));
}

/** What scalars take does not grow with the value but for texts, so it is done in one step. */
function acceptsScalar(schema: ValueSchema, value: unknown): boolean {
  visits++;
  switch (typeof value) {
    case 'string':
      if (!schema.takes.string || !acceptsText(schema, value)) return false;
      break;
    case 'number':
    case 'bigint':
      if (!acceptsNumber(schema, value)) return false;
      break;
    case 'boolean':
      if (!schema.takes.boolean) return false;
      break;
    default:
      return schema.takes.null && schema.allowed === undefined;
  }
  if (schema.allowed !== undefined && !isAllowed(schema.allowed, value)) return false;
  return !schema.hasJunctors || scalarJunctors(schema, value);
}

/** Texts are looked up, other values may be compared with every one that is allowed. */
function isAllowed(allowed: AllowedValues, value: unknown): boolean {
  if (typeof value !== 'string') visits += Math.trunc(allowed.names.length / comparisonsPerVisit);
  return allowed.has(value);
}

/** Not more than that many characters: more code units cannot be fewer characters than half of them. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const code = text.charCodeAt(index);
    if (code < 0xd800 || code > 0xdbff) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next <= 0xdfff) length--;
  }
  return length;
}

function acceptsText(schema: ValueSchema, text: string): boolean {
  if (schema.hasTextLimits) {
    const { minLength, maxLength } = schema.limits;
    const length = lengthOf(text);
    if (maxLength !== undefined && length > maxLength) return false;
    if (minLength !== undefined && length < minLength) return false;
  }
  if (schema.pattern !== undefined && !schema.pattern.matches(text)) return false;
  return schema.textFormat === undefined || schema.textFormat(text);
}

function acceptsNumber(schema: ValueSchema, value: number | bigint): boolean {
  const fits = isInt64(value)
    ? schema.takes.integer
    : schema.takes.number || (schema.takesWholeNumbers && isJsonInteger(Number(value)));
  if (!fits) return false;
  return !schema.hasNumberLimits || numberProblems(value, schema, '').length === 0;
}

function* acceptsItems(schema: ValueSchema, list: readonly unknown[]): Steps<boolean> {
  const { minItems, maxItems } = schema.limits;
  if (minItems !== undefined && list.length < minItems) return false;
  if (maxItems !== undefined && list.length > maxItems) return false;
  const { items } = schema;
  if (items === undefined) return true;
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item === 'object' && item !== null) {
      if (!(yield* accepts(items, item))) return false;
    } else if (!acceptsScalar(items, item)) return false;
    if (endsStep()) yield;
  }
  return true;
}

function* acceptsFields(schema: ValueSchema, object: JsonObject): Steps<boolean> {
  const { properties, additional, required, forbidsAdditional } = schema;
  const { minProperties, maxProperties } = schema.limits;
  const names = Object.keys(object);
  if (minProperties !== undefined && names.length < minProperties) return false;
  if (maxProperties !== undefined && names.length > maxProperties) return false;
  if (properties.size > 0 || additional !== undefined || forbidsAdditional) {
    for (const name of names) {
      const field = properties.get(name) ?? additional;
      if (field === undefined) {
        if (forbidsAdditional) return false;
        continue;
      }
      if (forbidsAdditional && !properties.has(name)) return false;
      const value = object[name];
      if (typeof value === 'object' && value !== null) {
        if (!(yield* accepts(field, value))) return false;
      } else if (!acceptsScalar(field, value)) return false;
      if (endsStep()) yield;
    }
  }
  for (const name of required) if (!Object.hasOwn(object, name)) return false;
  return true;
}

function scalarJunctors({ allOf, anyOf, oneOf, not }: ValueSchema, value: unknown): boolean {
  for (const each of allOf) if (!acceptsScalar(each, value)) return false;
  if (anyOf.length > 0 && !anyOf.some((each) => acceptsScalar(each, value))) return false;
  if (oneOf.length > 0) {
    let valid = 0;
    for (const each of oneOf) if (acceptsScalar(each, value) && ++valid > 1) return false;
    if (valid === 0) return false;
  }
  return not === undefined || !acceptsScalar(not, value);
}

function* acceptsJunctors({ allOf, anyOf, oneOf, not }: ValueSchema, value: object): Steps<boolean> {
  for (const each of allOf) if (!(yield* accepts(each, value))) return false;
  if (anyOf.length > 0 && (yield* countAccepting(anyOf, value, 1)) === 0) return false;
  if (oneOf.length > 0 && (yield* countAccepting(oneOf, value, 2)) !== 1) return false;
  return not === undefined || !(yield* accepts(not, value));
}

/** How many of the schemas accept a value, counted no farther than `most`. */
function* countAccepting(schemas: readonly ValueSchema[], value: object, most: number): Steps<number> {
  let count = 0;
  for (const each of schemas) {
    if (yield* accepts(each, value)) count++;
    if (count === most) break;
    if (endsStep()) yield;
  }
  return count;
}
