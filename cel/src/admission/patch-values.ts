import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { ConcatenatedList, EntryMap } from '../collections.ts';
import { JsonList, JsonMap } from '../json.ts';
import { printValue } from '../format-value.ts';
import { formatDurationSeconds, formatTimestamp, printDuration } from '../standard/time.ts';
import { ArrayList, Duration, ListValue, MapValue, Timestamp, Uint, type Value } from '../values.ts';
import { PatchObject } from './patch-types.ts';

/** A value that cannot be part of a patch; `message` is kube-apiserver's. */
export class PatchValueError extends Error {
  override readonly name = 'PatchValueError';
}

/** One operation of a JSON patch as an expression made it. */
export interface PatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

type Json = Record<string, unknown>;

/**
 * What of an object does not fit where it stands: `Object.spec{…}` is for the field `spec` of `Object{…}`
 * alone. Lines of kube-apiserver's message (Kubernetes:
 * `dynamic.ObjectVal.CheckTypeNamesMatchFieldPathNames`).
 */
export function typeMismatches(object: PatchObject): string[] {
  return mismatchesOf(object, object.type.name);
}

function mismatchesOf(value: Value, expected: string): string[] {
  if (value instanceof PatchObject) {
    const { name } = value.type;
    const own =
      name === expected
        ? []
        : [
            `unexpected type name "${name}", expected "${expected}", which matches field name path from root Object type`,
          ];
    const fields = Array.from(value.fields, ([field, child]) => mismatchesOf(child, `${expected}.${field}`));
    return [...own, ...fields.flat()];
  }
  if (value instanceof ArrayList) return value.elements.flatMap((element) => mismatchesOf(element, expected));
  if (value instanceof EntryMap) {
    return Array.from(value.keys()).flatMap((key) => mismatchesOf(value.find(key)!, expected));
  }
  return [];
}

/**
 * The document of an apply configuration. Throws PatchValueErrors (Kubernetes:
 * `dynamic.ObjectVal.ConvertToNative`).
 */
export function appliedDocument(object: PatchObject): Json {
  const document: Json = {};
  for (const [field, value] of object.fields) setField(document, field, appliedField(value));
  return document;
}

function appliedField(value: Value): unknown {
  if (value instanceof ArrayList) return value.elements.map(appliedValue);
  if (!(value instanceof EntryMap)) return appliedValue(value);
  const object: Json = {};
  for (const key of value.keys()) {
    if (typeof key !== 'string') throw new PatchValueError('invalid return type: *dynamic.ObjectVal');
    setField(object, key, appliedValue(value.find(key)!));
  }
  return object;
}

/** Only literals that are fields are converted; within them, and within lists, they stay what Go has. */
function appliedValue(value: Value): unknown {
  if (value instanceof PatchObject) return appliedDocument(value);
  if (value instanceof JsonMap || value instanceof JsonList) return value.json;
  if (value instanceof ConcatenatedList) {
    return Array.from({ length: value.size }, (_item, index) => appliedValue(value.get(index)));
  }
  return goOnly(value) ?? scalar(value);
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

function goOnly(value: Value): GoOnlyValue | undefined {
  if (value === null) {
    return new GoOnlyValue({ printed: 'NULL_VALUE', syntax: '0', type: 'structpb.NullValue' });
  }
  if (value instanceof Timestamp) {
    const date = new Date(value.seconds * 1000);
    const parts = [
      date.getUTCFullYear(),
      `time.${months[date.getUTCMonth()]!}`,
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
      value.nanos,
      'time.UTC',
    ];
    const printed = `${date.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
    return new GoOnlyValue({ printed, syntax: `time.Date(${parts.join(', ')})`, type: 'time.Time' });
  }
  if (value instanceof Duration) {
    const printed = printDuration(value);
    return new GoOnlyValue({ printed, syntax: String(value.nanos), type: 'time.Duration' });
  }
  if (value instanceof Uint) {
    const syntax = `0x${value.value.toString(16)}`;
    return new GoOnlyValue({ printed: String(value.value), syntax, type: 'uint64' });
  }
  if (value instanceof Uint8Array) {
    const bytes = Array.from(value, (byte) => `0x${byte.toString(16)}`);
    const type = '[]uint8';
    return new GoOnlyValue({
      printed: `[${value.join(' ')}]`,
      syntax: `${type}{${bytes.join(', ')}}`,
      type,
    });
  }
  if (value instanceof ListValue) {
    const items = Array.from({ length: value.size }, (_item, index) => value.get(index));
    const type = '[]ref.Val';
    return new GoOnlyValue({
      printed: `[${items.map(printValue).join(' ')}]`,
      syntax: `${type}{${items.map(quoted).join(', ')}}`,
      type,
    });
  }
  if (!(value instanceof MapValue)) return undefined;
  const entries = Array.from(value.keys(), (key) => [key, value.find(key)!] as const).sort(([one], [other]) =>
    printValue(one) < printValue(other) ? -1 : 1,
  );
  const printed = entries.map(([key, item]) => `${printValue(key)}:${printValue(item)}`);
  const syntax = entries.map(([key, item]) => `${quoted(key)}:${quoted(item)}`);
  const type = 'map[ref.Val]ref.Val';
  return new GoOnlyValue({
    printed: `map[${printed.join(' ')}]`,
    syntax: `${type}{${syntax.join(', ')}}`,
    type,
  });
}

function quoted(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : printValue(value);
}

/**
 * The operations of a list of `JSONPatch{…}`. Throws PatchValueErrors (Kubernetes:
 * `mutating/patch.jsonPatcher`).
 */
export function patchOperations(list: ListValue): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (let index = 0; index < list.size; index++) {
    const element = list.get(index);
    if (!(element instanceof PatchObject)) {
      throw new PatchValueError(
        'type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch',
      );
    }
    operations.push(operationOf(element));
  }
  return operations;
}

function operationOf(patch: PatchObject): PatchOperation {
  const [op, path, from] = ['op', 'path', 'from'].map((field) => patch.get(field) as string);
  const value = patch.fields.get('value');
  if (value instanceof PatchObject) {
    const mismatches = typeMismatches(value);
    if (mismatches.length > 0) throw new PatchValueError(`type mismatch: ${mismatches.join('\n')}`);
  }
  return {
    op: op!,
    path: path!,
    ...(from === '' ? {} : { from: from! }),
    ...(value === undefined ? {} : { value: jsonOf(value) }),
  };
}

const unmarshallable = 'JSONPath valueExpression evaluated to a type that could not marshal to JSON: ';

/** As protobuf's values write it: numbers are doubles, what JSON has no form for is text. */
function jsonOf(value: Value): unknown {
  if (value instanceof PatchObject) {
    const object: Json = {};
    for (const [field, child] of value.fields) setField(object, field, jsonOf(child));
    return object;
  }
  if (value instanceof ListValue) {
    return Array.from({ length: value.size }, (_item, index) => jsonOf(value.get(index)));
  }
  if (value instanceof MapValue) {
    const object: Json = {};
    for (const key of value.keys()) {
      if (typeof key !== 'string') {
        throw new PatchValueError(
          `${unmarshallable}unsupported type conversion from '${keyType(key)}' to string`,
        );
      }
      setField(object, key, jsonOf(value.find(key)!));
    }
    return object;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDurationSeconds(value);
  const json = scalar(value);
  if (typeof json === 'bigint') {
    return json > -maxSafe && json < maxSafe ? Number(json) : String(json);
  }
  return json;
}

const maxSafe = 2n ** 53n;

function keyType(key: Value): string {
  if (typeof key === 'bigint') return 'int';
  return key instanceof Uint ? 'uint' : 'bool';
}

/** A number, text or bool. */
function scalar(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new PatchValueError(`${unmarshallable}${value} is no JSON`);
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    default:
  }
  if (value instanceof Uint) return scalar(value.value);
  throw new PatchValueError(`${unmarshallable}type conversion error`);
}

/** Sets a field of any name, `__proto__` too. */
function setField(object: Json, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
