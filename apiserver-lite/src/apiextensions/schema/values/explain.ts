import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { isJsonObject, type JsonObject } from '../../../json/json-value.ts';
import type { CorrelatedValue } from '../correlated-value.ts';
import type { Steps } from '../../../http/in-turns.ts';
import { endsStep, lengthOf } from './accepts.ts';
import { Findings, type Words } from './findings.ts';
import { numberProblems } from './number.ts';
import { kindOfValue, mistypedAs, type ValueKind, type ValueSchema } from './value-schema.ts';

/** To explain a value takes as long as to look at so many. */
const visitsPerValue = 8;

/** A value, and where it stands. */
interface Placed {
  value: unknown;
  path: string;
  /** What it was before; undefined: nobody knows. */
  before: CorrelatedValue | undefined;
}

/**
 * All that is wrong with a value, in kube-apiserver's words. Of what is the same as it was before nothing is
 * said (Kubernetes: `validate.SchemaValidator`, `validation.RatchetingSchemaValidator`).
 */
export function* explain(schema: ValueSchema, placed: Placed, words: Words): Steps<Findings> {
  const findings = yield* explainAll(schema, placed, words);
  if (endsStep(visitsPerValue + findings.size)) yield;
  if (findings.isEmpty || placed.before === undefined || !placed.before.isSame()) return findings;
  const ratcheted = new Findings();
  ratcheted.matches = findings.matches;
  return ratcheted;
}

function* explainAll(schema: ValueSchema, { value, path, before }: Placed, words: Words): Steps<Findings> {
  const findings = new Findings();
  const kind = kindOfValue(value);
  checkType(findings, schema, { kind, value, path }, words);
  if (kind === 'null') {
    checkAllowed(findings, schema, { value, path }, words);
    return findings;
  }
  if (schema.types.length > 0 || schema.format !== '') findings.matches++;
  yield* checkJunctors(findings, schema, { value, path }, words);
  findings.matches++;
  if (typeof value === 'string') {
    checkText(findings, schema, { text: value, path }, words);
    findings.matches += schema.textFormat === undefined ? 1 : 2;
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    for (const problem of numberProblems(value, schema, path)) {
      if (problem.printed === undefined) words.refused(findings, problem.text);
      else words.outOfBounds(findings, path, { printed: problem.printed, text: problem.text });
    }
    findings.matches += 2;
  } else if (Array.isArray(value)) {
    yield* checkItems(findings, schema, { list: value, path, before }, words);
    findings.matches += 2;
  }
  if (!checkAllowed(findings, schema, { value, path }, words)) {
    // All that are allowed are in the text.
    if (endsStep(schema.allowed?.names.length)) yield;
  }
  findings.matches++;
  if (isJsonObject(value)) {
    yield* checkFields(findings, schema, { object: value, path, before }, words);
    findings.matches++;
  }
  findings.matches++;
  return findings;
}

function checkType(
  findings: Findings,
  schema: ValueSchema,
  { kind, value, path }: { kind: ValueKind; value: unknown; path: string },
  words: Words,
): void {
  const mistyped = mistypedAs(schema, kind, value);
  if (mistyped !== undefined) words.mistyped(findings, path, mistyped);
  else if (kind === 'null' || schema.types.length > 0 || schema.format !== '') findings.matches++;
}

function checkText(
  findings: Findings,
  schema: ValueSchema,
  { text, path }: { text: string; path: string },
  words: Words,
): void {
  const { maxLength, minLength } = schema.limits;
  if (maxLength !== undefined && lengthOf(text) > maxLength) words.tooLong(findings, path, maxLength);
  else if (minLength !== undefined && lengthOf(text) < minLength) {
    const detail = `${path} in body should be at least ${minLength} chars long`;
    words.invalid(findings, path, { value: text, text: detail });
  } else if (schema.pattern !== undefined && !schema.pattern.matches(text)) {
    const detail = `${path} in body should match '${schema.pattern.expression}'`;
    words.invalid(findings, path, { value: text, text: detail });
  }
  if (schema.textFormat !== undefined && !schema.textFormat(text)) {
    words.mistyped(findings, path, { wanted: schema.format, found: text });
  }
}

function checkAllowed(
  findings: Findings,
  { allowed }: ValueSchema,
  { value, path }: { value: unknown; path: string },
  words: Words,
): boolean {
  if (allowed === undefined || allowed.has(value)) return true;
  words.notSupported(findings, path, value, allowed.names);
  return false;
}

function* checkItems(
  findings: Findings,
  { items, limits }: ValueSchema,
  { list, path, before }: { list: readonly unknown[]; path: string; before: CorrelatedValue | undefined },
  words: Words,
): Steps<void> {
  if (items !== undefined) {
    for (let index = 0; index < list.length; index++) {
      const item = { value: list[index], path: `${path}[${index}]`, before: before?.item(index) };
      findings.merge(yield* explain(items, item, words));
    }
  }
  const { minItems, maxItems } = limits;
  if (minItems !== undefined && list.length < minItems) {
    const text = `${path} in body should have at least ${minItems} items`;
    words.invalid(findings, path, { value: list.length, text });
  }
  if (maxItems !== undefined && list.length > maxItems) {
    words.tooMany(findings, path, { count: list.length, most: maxItems, what: 'items' });
  }
}

/** The version of an object is not its own. */
const isTypeMeta = (path: string, name: string) => path === '' && (name === 'apiVersion' || name === 'kind');

function* checkFields(
  findings: Findings,
  { properties, additional, forbidsAdditional, required, limits }: ValueSchema,
  { object, path, before }: { object: JsonObject; path: string; before: CorrelatedValue | undefined },
  words: Words,
): Steps<void> {
  const names = inByteOrder(Object.keys(object));
  const { minProperties, maxProperties } = limits;
  if (minProperties !== undefined && names.length < minProperties) {
    const text = `${path} in body should have at least ${minProperties} properties`;
    words.invalid(findings, path, { value: names.length, text });
  }
  if (maxProperties !== undefined && names.length > maxProperties) {
    words.tooMany(findings, path, { count: names.length, most: maxProperties, what: 'properties' });
  }
  const field = (name: string, at: string): Placed => ({
    value: object[name],
    path: at,
    before: isTypeMeta(path, name) ? undefined : before?.field(name),
  });
  for (const name of names) {
    if (properties.has(name)) continue;
    if (forbidsAdditional) {
      const text = `${path}.${name} in body is a forbidden property`;
      words.invalid(findings, path, { value: name, text });
    } else if (additional !== undefined) {
      findings.merge(yield* explain(additional, field(name, `${path}.${name}`), words));
    }
  }
  for (const [name, property] of properties) {
    if (!Object.hasOwn(object, name)) continue;
    const at = path === '' ? name : `${path}.${name}`;
    findings.merge(yield* explain(property, field(name, at), words));
  }
  for (const name of required) {
    if (!Object.hasOwn(object, name)) words.required(findings, `${path}.${name}`);
  }
}

function* checkJunctors(
  findings: Findings,
  { anyOf, oneOf, allOf, not }: ValueSchema,
  { value, path }: { value: unknown; path: string },
  words: Words,
): Steps<void> {
  findings.matches++;
  // Within alternatives nothing is ratcheted.
  const tried = (schema: ValueSchema) => explain(schema, { value, path, before: undefined }, words);
  const refuse = (detail: string) => words.refused(findings, `${JSON.stringify(path)} must ${detail}`);
  if (anyOf.length > 0) {
    const { valid, best } = yield* tryEach(anyOf, tried, true);
    if (valid === 0) refuse('validate at least one schema (anyOf)');
    if (best !== undefined) findings.merge(best);
  }
  if (oneOf.length > 0) {
    const { valid, best } = yield* tryEach(oneOf, tried, false);
    if (valid !== 1) {
      const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
      refuse(`validate one and only one schema (oneOf). ${found}`);
    }
    if (valid <= 1 && best !== undefined) findings.merge(best);
  }
  if (allOf.length > 0) {
    let valid = 0;
    for (const schema of allOf) {
      const result = yield* tried(schema);
      if (result.isEmpty) valid++;
      findings.merge(result);
    }
    if (valid < allOf.length) {
      refuse(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
    }
  }
  if (not !== undefined && (yield* tried(not)).isEmpty) refuse('not validate the schema (not)');
}

/** How many of the alternatives hold, and the first that does, or else the one that went farthest. */
function* tryEach(
  schemas: readonly ValueSchema[],
  tried: (schema: ValueSchema) => Steps<Findings>,
  firstOnly: boolean,
): Steps<{ valid: number; best: Findings | undefined }> {
  let valid = 0;
  let best: Findings | undefined;
  for (const schema of schemas) {
    const result = yield* tried(schema);
    if (result.isEmpty) {
      if (valid === 0) best = result;
      valid++;
      if (firstOnly) break;
    } else if (valid === 0 && (best === undefined || result.matches > best.matches)) best = result;
  }
  return { valid, best };
}
