import type { FieldType, ScalarType, SpecialKind } from '../schema/field-type.ts';
import { jsonSchemaProps } from '../schema/field-type.ts';
import { messageSchema } from '../schema/schema.ts';
import { QuantityError, canonicalQuantity } from '../quantity.ts';
import {
  TimeError,
  canonicalTimeText,
  formatDuration,
  formatMicroTime,
  isZeroTime,
  parseDuration,
  parseMicroTime,
} from '../time.ts';
import { ConformError } from './conform-error.ts';
import { planOf } from './plan.ts';
import type { PlanField } from './plan.ts';

/** As in the request's `fieldValidation`: whether unknown fields are looked for at all. */
export type ConformMode = 'ignore' | 'report';

/** The path to a place in a document: field names, map keys, and indexes of lists. */
export type FieldPath = readonly (string | number)[];

/** What `conform` found. */
export interface Conformed {
  object: Record<string, unknown>;
  /** Paths of fields that the message doesn't have, in the order of the document; at most 100. */
  unknownFields: readonly FieldPath[];
}

/** kube-apiserver reports no more than that many of them. */
const maxProblems = 100;

class Walk {
  readonly report: boolean;
  readonly unknownFields: FieldPath[] = [];
  /** For unknown fields: with the indexes of lists and the keys of maps. */
  readonly path: (string | number)[] = [];
  /** For type errors, as Go tells them: the fields alone, and the struct that has the last of them. */
  readonly fieldStack: string[] = [];
  struct = '';
  /** Go goes on after a type error, and reports the first. */
  firstError: ConformError | undefined;

  constructor(report: boolean) {
    this.report = report;
  }

  typeError(found: string, goType: string): void {
    this.firstError ??= this.makeTypeError(found, goType);
  }

  makeTypeError(found: string, goType: string): ConformError {
    const where =
      this.struct === '' && this.fieldStack.length === 0
        ? 'Go value'
        : `Go struct field ${this.struct}.${this.fieldStack.join('.')}`;
    return new ConformError('type', `json: cannot unmarshal ${found} into ${where} of type ${goType}`);
  }

  unknown(key: string): void {
    if (this.report && this.unknownFields.length < maxProblems) this.unknownFields.push([...this.path, key]);
  }
}

/** The JSON type of a value, as Go's errors name it. */
function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'number';
  return typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const zeroScalars: Readonly<Record<ScalarType['kind'], unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  float64: 0,
  bytes: null,
};

function isInt(kind: 'int32' | 'int64', value: number | bigint): boolean {
  if (kind === 'int32') return typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff;
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
}

function conformBytes(walk: Walk, goType: string, value: unknown): unknown {
  if (typeof value !== 'string') {
    walk.typeError(jsonType(value), goType);
    return null;
  }
  const text = value.replaceAll(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/]/.exec(text.replace(/={1,2}$/, ''));
  if (bad !== null || text.length % 4 !== 0) {
    const at = bad?.index ?? text.length - (text.length % 4);
    walk.firstError ??= new ConformError('value', `illegal base64 data at input byte ${at}`);
    return null;
  }
  return text;
}

function conformScalar(walk: Walk, type: ScalarType, value: unknown): unknown {
  const zero = zeroScalars[type.kind];
  if (value === null) return zero;
  switch (type.kind) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'int32':
    case 'int64':
      if (typeof value === 'number' || typeof value === 'bigint') {
        const whole = typeof value === 'bigint' || Number.isInteger(value);
        if (whole && isInt(type.kind, value)) return value;
        walk.typeError(`number ${value}`, type.goType);
        return zero;
      }
      break;
    case 'float64':
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return Number(value);
      break;
    case 'bytes':
      return conformBytes(walk, type.goType, value);
  }
  walk.typeError(jsonType(value), type.goType);
  return zero;
}

/** A type that decodes itself ends the decoding with its error. */
function conformTime(walk: Walk, value: unknown, parse: (text: string) => unknown): unknown {
  if (value === null) return null;
  if (typeof value !== 'string') throw walk.makeTypeError(jsonType(value), 'string');
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof TimeError) throw new ConformError('value', error.message);
    throw error;
  }
}

function conformQuantity(value: unknown): string {
  if (value === null) return '0';
  try {
    if (typeof value === 'string') return canonicalQuantity(value.trim());
    if (typeof value === 'number' || typeof value === 'bigint') return canonicalQuantity(`${value}`);
    return canonicalQuantity(JSON.stringify(value));
  } catch (error) {
    if (error instanceof QuantityError) throw new ConformError('value', error.message);
    throw error;
  }
}

function conformIntOrString(walk: Walk, value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && (value | 0) === value) return value;
    throw walk.makeTypeError(`number ${value}`, 'int32');
  }
  throw walk.makeTypeError(jsonType(value), 'int32');
}

/** JSON schemas within a union are decoded on their own: nothing unknown is reported inside. */
function conformSchema(value: unknown): unknown {
  return conform(value, jsonSchemaProps, 'ignore').object;
}

/** Decoded on its own too: an error knows nothing of the fields around. */
function conformText(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  throw new ConformError('type', `json: cannot unmarshal ${jsonType(value)} into Go value of type string`);
}

function conformSpecial(walk: Walk, kind: SpecialKind, value: unknown): unknown {
  switch (kind) {
    case 'time':
      return conformTime(walk, value, (text) => {
        const canonical = canonicalTimeText(text);
        return canonical === '0001-01-01T00:00:00Z' ? null : canonical;
      });
    case 'microTime':
      return conformTime(walk, value, (text) => {
        const instant = parseMicroTime(text);
        return isZeroTime(instant) ? null : formatMicroTime(instant);
      });
    case 'duration':
      return conformTime(walk, value, (text) => formatDuration(parseDuration(text))) ?? '0s';
    case 'quantity':
      return conformQuantity(value);
    case 'intOrString':
      return conformIntOrString(walk, value);
    case 'fieldsV1':
    case 'rawExtension':
    case 'json':
      return value;
    case 'schemaOrBool':
      if (value === null || typeof value === 'boolean') return value ?? false;
      if (isObject(value)) return conformSchema(value);
      throw new ConformError('value', 'boolean or JSON schema expected');
    case 'schemaOrArray':
      if (Array.isArray(value)) return value.length === 0 ? null : value.map(conformSchema);
      return isObject(value) ? conformSchema(value) : null;
    case 'schemaOrStringArray':
      if (Array.isArray(value)) return value.length === 0 ? null : value.map(conformText);
      return isObject(value) ? conformSchema(value) : null;
  }
}

function conformList(walk: Walk, type: FieldType & { kind: 'list' }, value: unknown): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) {
    walk.typeError(jsonType(value), type.goType);
    return null;
  }
  return value.map((item: unknown, index) => {
    walk.path.push(index);
    const conformed = conformValue(walk, type.element, item);
    walk.path.pop();
    return conformed;
  });
}

function conformMap(walk: Walk, type: FieldType & { kind: 'map' }, value: unknown): unknown {
  if (value === null) return null;
  if (!isObject(value)) {
    walk.typeError(jsonType(value), type.goType);
    return null;
  }
  const map: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    walk.path.push(key);
    const item = conformValue(walk, type.value, value[key]);
    walk.path.pop();
    if (key === '__proto__') {
      Object.defineProperty(map, key, { value: item, writable: true, enumerable: true, configurable: true });
    } else {
      map[key] = item;
    }
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
      return conformScalar(walk, type, value);
    default:
      return conformSpecial(walk, type.kind, value);
  }
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) {
    for (const _ in value) return false;
    return true;
  }
  return value === null || value === '' || value === false || value === 0;
}

const structKinds: ReadonlySet<FieldType['kind']> = new Set<FieldType['kind']>([
  'message',
  'time',
  'microTime',
  'duration',
  'quantity',
  'intOrString',
  'fieldsV1',
  'rawExtension',
  'json',
  'schemaOrBool',
  'schemaOrArray',
  'schemaOrStringArray',
]);

/** Whether Go's encoder leaves a field out. */
function isOmitted(field: PlanField, value: unknown): boolean {
  if (field.pointer) return field.omitempty && value === undefined;
  if (field.omitzero && value === null) return true;
  return field.omitempty && !structKinds.has(field.type.kind) && isEmpty(value);
}

function conformMessage(
  walk: Walk,
  { name, goType }: { name: string; goType: string },
  value: unknown,
): Record<string, unknown> {
  const plan = planOf(name);
  const found: unknown[] = [];
  found.length = plan.fields.length;
  if (isObject(value)) {
    const outerStruct = walk.struct;
    for (const key of Object.keys(value)) {
      const index = plan.indexes.get(key);
      if (index === undefined) {
        walk.unknown(key);
        continue;
      }
      const field = plan.fields[index] as PlanField;
      const item = value[key];
      if (item === null && field.pointer) continue;
      walk.path.push(key);
      walk.fieldStack.push(key);
      walk.struct = plan.structName;
      found[index] = conformValue(walk, field.type, item);
      walk.path.pop();
      walk.fieldStack.pop();
      walk.struct = outerStruct;
    }
  } else if (value !== null && value !== undefined) {
    walk.typeError(jsonType(value), goType);
  }
  const object: Record<string, unknown> = {};
  for (const [index, field] of plan.fields.entries()) {
    let item = found[index];
    if (item === undefined && !field.pointer) item = conformValue(walk, field.type, null);
    if (!isOmitted(field, item)) object[field.json] = item === undefined ? null : item;
  }
  return object;
}

/**
 * A parsed JSON document as Go would print it after having read it into the message: without unknown fields, with
 * value fields that are always printed, quantities and times in their canonical form, nulls as Go takes them. The
 * input stays as it is; opaque parts (raw extensions) are shared with it.
 *
 * Names are case-sensitive, as in sigs.k8s.io/json. Integers written with a fraction of zero (`1.0`) are accepted,
 * which Go doesn't do.
 *
 * @throws ConformError with the first error of Go's decoder
 */
export function conform(value: unknown, message: string, mode: ConformMode): Conformed {
  const goType = messageSchema(message)?.goType ?? message;
  const walk = new Walk(mode === 'report');
  const object = conformMessage(walk, { name: message, goType }, value);
  if (walk.firstError !== undefined) throw walk.firstError;
  return { object, unknownFields: walk.unknownFields };
}
