import { isJsonObject, type JsonObject } from '../../../json/json-value.ts';
import { isInt64, isJsonInteger, numberProblems } from './number.ts';
import { spendTime } from './time-budget.ts';
import type { ValueSchema } from './value-schema.ts';

const visitsPerCharge = 1024;
/** Of a charge, in microseconds. */
const chargeUnits = 50;

let visits = 0;

/**
 * Whether a value is as a schema asks: as `explain` would find nothing. Most values are, and it takes a small
 * part of the time. Throws 413.
 */
export function accepts(schema: ValueSchema, value: unknown): boolean {
  visits++;
  if (visits === visitsPerCharge) {
    visits = 0;
    spendTime(chargeUnits, 'the values of the request take too long to validate');
  }
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
      if (value === null || value === undefined) return schema.takes.null && schema.allowed === undefined;
      if (Array.isArray(value)) {
        if (!schema.takes.array || !acceptsItems(schema, value)) return false;
      } else if (isJsonObject(value)) {
        if (!schema.takes.object || !acceptsFields(schema, value)) return false;
      }
  }
  if (schema.allowed !== undefined && !schema.allowed.has(value)) return false;
  return !schema.hasJunctors || acceptsJunctors(schema, value);
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

function acceptsItems(schema: ValueSchema, list: readonly unknown[]): boolean {
  const { minItems, maxItems } = schema.limits;
  if (minItems !== undefined && list.length < minItems) return false;
  if (maxItems !== undefined && list.length > maxItems) return false;
  const { items } = schema;
  if (items === undefined) return true;
  for (let index = 0; index < list.length; index++) if (!accepts(items, list[index])) return false;
  return true;
}

function acceptsFields(schema: ValueSchema, object: JsonObject): boolean {
  const { properties, additional, required, forbidsAdditional } = schema;
  const { minProperties, maxProperties } = schema.limits;
  const names = Object.keys(object);
  if (minProperties !== undefined && names.length < minProperties) return false;
  if (maxProperties !== undefined && names.length > maxProperties) return false;
  if (properties.size > 0 || additional !== undefined || forbidsAdditional) {
    for (const name of names) {
      const property = properties.get(name);
      if (property !== undefined) {
        if (!accepts(property, object[name])) return false;
      } else if (forbidsAdditional) return false;
      else if (additional !== undefined && !accepts(additional, object[name])) return false;
    }
  }
  for (const name of required) if (!Object.hasOwn(object, name)) return false;
  return true;
}

function acceptsJunctors({ allOf, anyOf, oneOf, not }: ValueSchema, value: unknown): boolean {
  for (const each of allOf) if (!accepts(each, value)) return false;
  if (anyOf.length > 0 && !anyOf.some((each) => accepts(each, value))) return false;
  if (oneOf.length > 0 && !isOne(oneOf, value)) return false;
  return not === undefined || !accepts(not, value);
}

function isOne(schemas: readonly ValueSchema[], value: unknown): boolean {
  let valid = 0;
  for (const each of schemas) {
    if (!accepts(each, value)) continue;
    valid++;
    if (valid > 1) return false;
  }
  return valid === 1;
}
