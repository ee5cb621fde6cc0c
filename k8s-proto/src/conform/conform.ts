import type { FieldType } from '../schema/field-type.ts';
import { jsonSchemaProps } from '../schema/field-type.ts';
import { isLosslessKey } from '../lossless/lossless-key.ts';
import { nullMeansAbsent } from '../lossless/value-field.ts';
import { NumberToken } from '../json-number.ts';
import { setJsonField } from '../json-reader.ts';
import { entriesAsWritten, type JsonEntries } from '../repeated-keys.ts';
import { messageSchema } from '../schema/schema.ts';
import { ConformError } from './conform-error.ts';
import { conformScalar } from './conform-scalar.ts';
import { conformSpecial } from './conform-special.ts';
import { mergeRepeated } from './merge-repeated.ts';
import { planOf, structKinds } from './plan.ts';
import type { Plan, PlanField } from './plan.ts';
import { goKind, restoreError, restoreScalar } from './restore-scalar.ts';
import { markGivenEmpty, markUnprinted } from './unprinted.ts';
import { Walk, isObject, jsonType } from './walk.ts';
import type { FieldPath } from './walk.ts';

/**
 * As in the request's `fieldValidation`: whether unknown fields are looked for at all. `lossless` reports
 * them too, and keeps the forms that `src/lossless/` gives meaning to: null for value fields, former fields,
 * notes on the wire.
 */
export type ConformMode = 'ignore' | 'report' | 'lossless';

/**
 * How values that do not fit are reported: as Go's JSON decoder does, or as its reader of unstructured
 * values.
 */
export type ConformDialect = 'json' | 'unstructured';

/** What `conform` found. */
export interface Conformed {
  object: Record<string, unknown>;
  /** Paths of fields that the message doesn't have, in the order of the document; at most 100. */
  unknownFields: readonly FieldPath[];
  /** In mode `lossless`: whether there are such forms. */
  hasLosslessForms: boolean;
}

/** JSON schemas within a union are decoded on their own: nothing unknown is reported inside. */
function conformSchema(walk: Walk, value: unknown): unknown {
  try {
    return conform(value, jsonSchemaProps, 'ignore').object;
  } catch (error) {
    if (!(error instanceof ConformError) || error.code !== 'type') throw error;
    // Where the union stands is put before where the error is in it.
    const place = `Go struct field ${walk.struct}.${walk.fieldStack.join('.')}`;
    throw new ConformError(
      'type',
      error.message.replace(/Go struct field \w+\.|Go value(?= of)/, (found) =>
        found === 'Go value' ? place : `${place}.`,
      ),
    );
  }
}

/** For those who must not lose anything they are reported. */
function conformSchemaLossless(walk: Walk, value: unknown): unknown {
  const { object, unknownFields, hasLosslessForms } = conform(value, jsonSchemaProps, 'lossless');
  for (const path of unknownFields) walk.unknownFields.push([...walk.path, ...path]);
  walk.hasLosslessForms ||= hasLosslessForms;
  return object;
}

function conformList(walk: Walk, type: FieldType & { kind: 'list' }, value: unknown): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) {
    if (walk.unstructured) throw restoreError(`cannot restore slice from ${goKind(value)}`);
    walk.typeError(jsonType(value), type.goType);
    return null;
  }
  const before = walk.unprinted;
  const list = value.map((item: unknown, index) => {
    walk.path.push(index);
    const conformed = conformValue(walk, type.element, item);
    walk.path.pop();
    return conformed;
  });
  if (walk.unprinted !== before) markUnprinted(list, walk.unprinted - before);
  return list;
}

/** The keys of an object, one that stands twice as often as it does. */
function keysOf(written: JsonEntries | undefined, keys: readonly string[]): readonly string[] {
  return written === undefined ? keys : written.map(([key]) => key);
}

function conformMap(walk: Walk, type: FieldType & { kind: 'map' }, value: unknown): unknown {
  if (value === null) return null;
  if (!isObject(value)) {
    if (walk.unstructured) throw restoreError(`cannot restore map from ${goKind(value)}`);
    walk.typeError(jsonType(value), type.goType);
    return null;
  }
  const map: Record<string, unknown> = {};
  const written = walk.repeated ? entriesAsWritten(value) : undefined;
  const keys = keysOf(written, Object.keys(value));
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] as string;
    const given = written === undefined ? value[key] : written[place]?.[1];
    walk.path.push(key);
    // Bytes that are null are empty as soon as they were stored.
    const item = conformValue(walk, type.value, given) ?? (type.value.kind === 'bytes' ? '' : null);
    walk.path.pop();
    setJsonField(map, key, item);
  }
  return map;
}

/** A value in its normal form. null is Go's zero value of the type; pointers were dealt with before. */
function conformValue(walk: Walk, type: FieldType, value: unknown): unknown {
  switch (type.kind) {
    case 'message':
      return conformMessage(walk, type, value);
    case 'list':
      return conformList(walk, type, value);
    case 'map':
      return conformMap(walk, type, value);
    case 'string':
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'bytes':
      return walk.unstructured && value !== null
        ? restoreScalar(walk, type, value)
        : conformScalar(walk, type, value);
    case 'quantity': {
      const quantity = conformSpecial(walk, type.kind, {
        value,
        conformSchema: (schema) => conformSchema(walk, schema),
      });
      if (value !== null && quantity !== writtenText(value)) walk.unprinted++;
      return quantity;
    }
    default:
      return conformSpecial(walk, type.kind, {
        value,
        conformSchema: walk.lossless
          ? (schema) => conformSchemaLossless(walk, schema)
          : (schema) => conformSchema(walk, schema),
      });
  }
}

function writtenText(value: unknown): string {
  return value instanceof NumberToken ? value.source : String(value);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) {
    for (const _ in value) return false;
    return true;
  }
  return value === null || value === '' || value === false || value === 0;
}

/** Whether Go's encoder leaves a field out. */
function isOmitted(field: PlanField, value: unknown): boolean {
  if (field.pointer) return field.omitempty && value === undefined;
  if (field.omitzero && value === null) return true;
  return field.omitempty && !structKinds.has(field.type.kind) && isEmpty(value);
}

/** Whether a value that is left out is an empty list, map or run of bytes, and not none. */
function isEmptyContainer({ kind }: FieldType, value: unknown): boolean {
  return (kind === 'list' || kind === 'map' || kind === 'bytes') && value !== undefined && value !== null;
}

/** Go walks through the struct, not through the value: it matters where several fields are wrong. */
function inOrderOf({ indexes, fields }: Plan, value: object): string[] {
  const place = (key: string) => indexes.get(key) ?? fields.length;
  return Object.keys(value).sort((a, b) => place(a) - place(b));
}

function conformMessage(
  walk: Walk,
  { name, goType }: { name: string; goType: string },
  value: unknown,
): Record<string, unknown> {
  const plan = planOf(name);
  const found: unknown[] = [];
  found.length = plan.fields.length;
  const before = walk.unprinted;
  let forms: Record<string, unknown> | undefined;
  if (isObject(value)) {
    const outerStruct = walk.struct;
    const written = walk.repeated ? entriesAsWritten(value) : undefined;
    const keys = keysOf(written, walk.unstructured ? inOrderOf(plan, value) : Object.keys(value));
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place] as string;
      const item = written === undefined ? value[key] : written[place]?.[1];
      const index = plan.indexes.get(key);
      if (index === undefined) {
        if (walk.lossless && isLosslessKey(name, key)) (forms ??= {})[key] = item;
        else walk.unknown(key);
        continue;
      }
      const field = plan.fields[index] as PlanField;
      if (item === null && field.pointer) continue;
      if (item === null && walk.lossless && nullMeansAbsent(field)) {
        (forms ??= {})[key] = null;
        continue;
      }
      walk.path.push(key);
      walk.fieldStack.push(...field.inlineIn, key);
      walk.struct = plan.structName;
      found[index] = conformValue(walk, field.type, item);
      walk.path.pop();
      walk.fieldStack.length -= field.inlineIn.length + 1;
      walk.struct = outerStruct;
    }
  } else if (value !== null && value !== undefined) {
    if (walk.unstructured) throw restoreError(`cannot restore struct from: ${goKind(value)}`);
    walk.typeError(jsonType(value), goType);
  }
  const object: Record<string, unknown> = {};
  const empty: string[] = [];
  for (let index = 0; index < plan.fields.length; index++) {
    const field = plan.fields[index] as PlanField;
    let item = found[index];
    if (item === undefined && field.absentIsOmitted) continue;
    if (item === undefined && !field.pointer) item = conformValue(walk, field.type, null);
    if (!isOmitted(field, item)) object[field.json] = item === undefined ? null : item;
    else if (isEmptyContainer(field.type, found[index])) {
      walk.unprinted++;
      empty.push(field.json);
    }
  }
  if (empty.length > 0) markGivenEmpty(object, empty);
  if (walk.unprinted !== before) markUnprinted(object, walk.unprinted - before);
  if (forms === undefined) return object;
  walk.hasLosslessForms = true;
  return Object.assign(object, forms);
}

/**
 * What Go's decoder finds in a value of `parseJsonStrict` in which keys stand twice: each of their values is
 * judged. The result is that of `mergeRepeated`. Throws as `conform` does.
 */
export function conformRepeated(value: unknown, message: string, mode: 'ignore' | 'report'): Conformed {
  const walk = new Walk({ report: mode === 'report', lossless: false, dialect: 'json', repeated: true });
  conformMessage(walk, { name: message, goType: messageSchema(message)?.goType ?? message }, value);
  if (walk.firstError !== undefined) throw walk.firstError;
  const { object } = conform(mergeRepeated(value, message), message, 'ignore');
  return { object, unknownFields: walk.unknownFields, hasLosslessForms: false };
}

/**
 * A parsed JSON document as Go would print it after having read it into the message: without unknown fields,
 * with value fields that are always printed, quantities and times in their canonical form, nulls as Go takes
 * them. The input stays as it is; opaque parts (raw extensions) are shared with it.
 *
 * Names are case-sensitive, as in sigs.k8s.io/json.
 *
 * @throws ConformError with the first error of Go's decoder
 */
export function conform(
  value: unknown,
  message: string,
  mode: ConformMode,
  dialect: ConformDialect = 'json',
): Conformed {
  const goType = messageSchema(message)?.goType ?? message;
  const walk = new Walk({ report: mode !== 'ignore', lossless: mode === 'lossless', dialect });
  const object = conformMessage(walk, { name: message, goType }, value);
  if (walk.firstError !== undefined) throw walk.firstError;
  return { object, unknownFields: walk.unknownFields, hasLosslessForms: walk.hasLosslessForms };
}
