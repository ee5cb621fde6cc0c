import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { FieldError } from '../../api-errors/status-error.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import {
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../registry/fields/field-errors.ts';
import { isSame } from '../../registry/generic/copy-object.ts';
import { matchesGoRegexp } from './go-regexp.ts';
import { asSchema, type JsonSchema } from './json-schema.ts';
import { validateNumber } from './validate-number.ts';
import { hasFormat } from './value-formats.ts';
import { sortedEntries } from '../../registry/fields/sorted-entries.ts';

/**
 * What was found wrong; `matches` counts the checks that were made, to find the alternative that fits best.
 */
class Result {
  readonly errors: FieldError[] = [];
  matches = 0;

  add(...errors: readonly FieldError[]): void {
    for (const error of errors) {
      const known = this.errors.some(
        ({ field, message }) => field === error.field && message === error.message,
      );
      if (!known) this.errors.push(error);
    }
  }

  merge(other: Result): void {
    this.add(...other.errors);
    this.matches += other.matches;
  }
}

/** Where a value stands: the field of the whole value, and the path below it, as messages name it. */
interface Place {
  field: string;
  path: string;
}

const fieldOf = ({ field, path }: Place) =>
  path === '' || path === '.' ? field : `${field}.${path.replace(/^\./, '')}`;

/**
 * What a value lacks of a schema, in the words of a stock server (Kubernetes:
 * `validation.ValidateCustomResource`, which asks `kube-openapi/pkg/validation/validate`). `field` is where
 * the value stands.
 */
export function validateValue(value: unknown, schema: JsonSchema, field: string): FieldError[] {
  return check(value, schema, { field, path: '' }).errors;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function check(value: unknown, schema: JsonSchema, place: Place): Result {
  const result = new Result();
  const { type = '', format = '' } = schema;
  const kind = typeOf(value);
  const checks: (() => Result | FieldError[])[] = [];
  if (type !== '' || format !== '') {
    checks.push(() => checkType(kind, schema, place));
    if (kind === 'null') {
      result.add(...checkType(kind, schema, place));
      result.add(...checkEnum(value, schema, place));
      return result;
    }
  } else if (kind === 'null') {
    result.add(...checkEnum(value, schema, place));
    return result;
  }
  checks.push(() => checkJunctors(value, schema, place));
  if (typeof value === 'string') {
    checks.push(() => checkText(value, schema, place));
    if (format !== '') checks.push(() => checkFormat(value, format, place));
  }
  if (typeof value === 'number') {
    checks.push(() => validateNumber(value, schema, { field: fieldOf(place), path: place.path }));
  }
  if (Array.isArray(value)) checks.push(() => checkItems(value, schema, place));
  checks.push(() => checkEnum(value, schema, place));
  if (kind === 'object') checks.push(() => checkFields(value as Record<string, unknown>, schema, place));
  for (const run of checks) {
    const found = run();
    if (found instanceof Result) result.merge(found);
    else result.add(...found);
    result.matches++;
  }
  result.matches++;
  return result;
}

function wrongType(place: Place, wanted: string, kind: string): FieldError[] {
  const detail = `${place.path} in body must be of type ${wanted}: ${goQuote(kind)}`;
  return [{ ...invalidValue(fieldOf(place), kind, detail), reason: 'FieldValueTypeInvalid' }];
}

function checkType(
  kind: string,
  { type = '', format = '', nullable }: JsonSchema,
  place: Place,
): FieldError[] {
  if (kind === 'null') return type === '' || nullable === true ? [] : wrongType(place, type, kind);
  const fits = type === kind || (type === 'number' && kind === 'integer');
  const isTextual = kind === 'string' || kind === 'array';
  const ownFormat = kind === 'integer' ? 'int64' : kind === 'number' ? 'float64' : '';
  if (!isTextual && format !== '' && !fits && format !== ownFormat)
    return wrongType(place, format, ownFormat);
  const isNumeric = type === 'number' || type === 'integer';
  if (!isNumeric && format !== '' && isTextual) return [];
  return fits ? [] : wrongType(place, type, kind);
}

function checkText(text: string, schema: JsonSchema, place: Place): FieldError[] {
  const { maxLength, minLength, pattern = '' } = schema;
  const length = [...text].length;
  const at = fieldOf(place);
  if (maxLength !== undefined && length > maxLength) return [tooLong(at, maxLength)];
  if (minLength !== undefined && length < minLength) {
    const detail = `${place.path} in body should be at least ${minLength} chars long`;
    return [invalidValue(at, text, detail)];
  }
  if (pattern === '' || matchesGoRegexp(pattern, text)) return [];
  return [invalidValue(at, text, `${place.path} in body should match '${pattern}'`)];
}

function checkFormat(text: string, format: string, place: Place): FieldError[] {
  if (hasFormat(format, text)) return [];
  const detail = `${place.path} in body must be of type ${format}: ${goQuote(text)}`;
  return [{ ...invalidValue(fieldOf(place), text, detail), reason: 'FieldValueTypeInvalid' }];
}

function checkEnum(value: unknown, { enum: allowed = [] }: JsonSchema, place: Place): FieldError[] {
  if (allowed.length === 0 || allowed.some((item) => value !== null && isSame(item, value))) return [];
  const names = allowed.map((item) => (typeof item === 'string' ? item : (stringifyJson(item) ?? 'null')));
  return [notSupported(fieldOf(place), value, names)];
}

function checkItems(list: readonly unknown[], schema: JsonSchema, place: Place): Result {
  const result = new Result();
  const items = asSchema(schema.items);
  for (const [index, item] of list.entries()) {
    if (items === undefined) break;
    result.merge(check(item, items, { ...place, path: `${place.path}[${index}]` }));
  }
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && list.length < minItems) {
    const detail = `${place.path} in body should have at least ${minItems} items`;
    result.add(invalidValue(fieldOf(place), list.length, detail));
  }
  if (maxItems !== undefined && list.length > maxItems) {
    result.add(tooMany(fieldOf(place), list.length, maxItems));
  }
  result.matches++;
  return result;
}

function checkFields(object: Record<string, unknown>, schema: JsonSchema, place: Place): Result {
  const result = new Result();
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const count = Object.keys(object).length;
  if (minProperties !== undefined && count < minProperties) {
    const detail = `${place.path} in body should have at least ${minProperties} properties`;
    result.add(invalidValue(fieldOf(place), count, detail));
  }
  if (maxProperties !== undefined && count > maxProperties) {
    result.add(tooMany(fieldOf(place), count, maxProperties));
  }
  const extra = asSchema(additionalProperties);
  for (const [name, value] of sortedEntries(object)) {
    if (Object.hasOwn(properties, name)) continue;
    const path = `${place.path}.${name}`;
    if (additionalProperties === false) {
      const detail = `${path} in body is a forbidden property`;
      result.add(invalidValue(fieldOf(place), name, detail));
    } else if (extra !== undefined) result.merge(check(value, extra, { ...place, path }));
  }
  for (const [name, child] of sortedEntries(properties)) {
    if (!Object.hasOwn(object, name)) continue;
    const path = place.path === '' ? name : `${place.path}.${name}`;
    result.merge(check(object[name], child, { ...place, path }));
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(object, name))
      result.add(required(fieldOf({ ...place, path: `${place.path}.${name}` })));
  }
  return result;
}

function checkJunctors(value: unknown, schema: JsonSchema, place: Place): Result {
  const result = new Result();
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  const refuse = (detail: string) =>
    result.add(invalidValue(place.field, '', `${goQuote(place.path)} must ${detail}`));
  if (anyOf.length > 0) {
    const { valid, best } = tryEach(anyOf, value, place);
    if (valid === 0) refuse('validate at least one schema (anyOf)');
    result.merge(best);
  }
  if (oneOf.length > 0) {
    const { valid, best } = tryEach(oneOf, value, place);
    if (valid !== 1) {
      const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
      refuse(`validate one and only one schema (oneOf). ${found}`);
    }
    if (valid <= 1) result.merge(best);
  }
  const all = allOf.map((child) => check(value, child, place));
  for (const one of all) result.merge(one);
  const valid = all.filter(({ errors }) => errors.length === 0).length;
  if (valid < all.length) {
    refuse(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (not !== undefined && check(value, not, place).errors.length === 0) {
    refuse('not validate the schema (not)');
  }
  result.matches++;
  return result;
}

/** How many of the alternatives hold, and the first that does, or else the one that went farthest. */
function tryEach(schemas: readonly JsonSchema[], value: unknown, place: Place) {
  const results = schemas.map((schema) => check(value, schema, place));
  const valid = results.filter(({ errors }) => errors.length === 0);
  let best = valid[0];
  if (best === undefined) {
    for (const result of results) if (best === undefined || result.matches > best.matches) best = result;
  }
  return { valid: valid.length, best: best ?? new Result() };
}
