import type { FieldType } from '../schema/field-type.ts';
import type { FieldSchema, MessageSchema } from '../schema/schema.ts';
import { CodecError } from './codec-error.ts';
import type { CodecOf } from './compile-encoder.ts';
import type { MessageCodec } from './message-codec.ts';
import { WireReader } from './wire-reader.ts';

const entryFields: ReadonlySet<number> = new Set([1, 2]);
const boxedFields: ReadonlySet<number> = new Set([1]);

/** What the generated functions call. */
const runtime = {
  /**
   * Reads a map's entry into the map. `value` reads the value, whose tag is `valueTag`; `zero` makes Go's
   * zero.
   */
  entry(
    reader: WireReader,
    end: number,
    map: Record<string, unknown>,
    entry: { valueTag: number; value(reader: WireReader, end: number): unknown; zero(): unknown },
  ): void {
    const stop = reader.limit(end);
    let key = '';
    let value: unknown;
    while (reader.pos < stop) {
      const tag = reader.uint32(stop);
      if (tag === 10) key = reader.string(stop);
      else if (tag === entry.valueTag) value = entry.value(reader, stop);
      else reader.skip(tag, stop, entryFields);
    }
    value ??= entry.zero();
    if (key === '__proto__') {
      Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    } else {
      map[key] = value;
    }
  },

  /** ExtraValue and Verbs: a message of strings, in JSON a list. */
  boxed(reader: WireReader, end: number): string[] {
    const stop = reader.limit(end);
    const items: string[] = [];
    while (reader.pos < stop) {
      const tag = reader.uint32(stop);
      if (tag === 10) items.push(reader.string(stop));
      else reader.skip(tag, stop, boxedFields);
    }
    return items;
  },

  message(reader: WireReader, end: number, codec: MessageCodec): unknown {
    const value = codec.decode(reader, reader.enter(end));
    reader.depth--;
    return value;
  },

  overrun(): never {
    throw new CodecError('truncated', 'a value reaches beyond its message');
  },

  /** A packed list of integers, which proto2 writers don't make but readers must accept. */
  packed(reader: WireReader, end: number, kind: 'bool' | 'int32' | 'int64'): unknown[] {
    const stop = reader.limit(end);
    const items: unknown[] = [];
    while (reader.pos < stop) items.push(reader[kind](stop));
    return items;
  },
};

const emptyReader = new WireReader(new Uint8Array(0));

/** Collects what a function refers to: `m0`, `m1` … */
class References {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    let index = this.values.indexOf(value);
    if (index === -1) index = this.values.push(value) - 1;
    return `m${index}`;
  }
}

interface Context {
  references: References;
  codecOf: CodecOf;
}

const wireTypes: Readonly<Partial<Record<FieldType['kind'], number>>> = {
  bool: 0,
  int32: 0,
  int64: 0,
  float64: 1,
};

/** An expression that reads one value after its tag. */
function valueCode(type: FieldType, { references, codecOf }: Context): string {
  switch (type.kind) {
    case 'string':
      return 'r.string(end)';
    case 'bool':
      return 'r.bool(end)';
    case 'int32':
      return 'r.int32(end)';
    case 'int64':
      return 'r.int64(end)';
    case 'float64':
      return 'r.double(end)';
    case 'bytes':
      return 'r.base64(end)';
    case 'list':
      return 'rt.boxed(r, end)';
    case 'map':
      throw new Error('a map has no single value');
    default:
      return `rt.message(r, end, ${references.add(codecOf(type))})`;
  }
}

/** An expression for Go's zero value, as JSON prints it. */
function zeroCode(type: FieldType, { references, codecOf }: Context): string {
  switch (type.kind) {
    case 'string':
      return "''";
    case 'bool':
      return 'false';
    case 'int32':
    case 'int64':
    case 'float64':
    case 'intOrString':
      return '0';
    case 'quantity':
      return "'0'";
    case 'duration':
      return "'0s'";
    case 'schemaOrBool':
      return 'false';
    case 'message':
      return `${references.add(codecOf(type))}.decode(empty, 0)`;
    default:
      return 'null';
  }
}

/** Go's zero value of a map's element, as it is after a missing value field of an entry. */
function entryReader(type: FieldType, codecOf: CodecOf): Parameters<typeof runtime.entry>[3] {
  const references = new References();
  const context = { references, codecOf };
  const value = valueCode(type, context);
  const zero = type.kind === 'bytes' ? "''" : type.kind === 'list' ? '[]' : zeroCode(type, context);
  const names = references.values.map((_, index) => `m${index}`);
  // oxlint-disable-next-line no-new-func -- the source is made of the generated table alone
  const make = new Function(
    'rt',
    'empty',
    ...names,
    `'use strict'; return { valueTag: ${16 + (wireTypes[type.kind] ?? 2)}, value(r, end) { return ${value}; }, zero() { return ${zero}; } };`,
  ) as (...values: unknown[]) => Parameters<typeof runtime.entry>[3];
  return make(runtime, emptyReader, ...references.values);
}

function caseCode(field: FieldSchema, index: number, context: Context): string {
  const { type } = field;
  const tag = (wireType: number): number => field.number * 8 + wireType;
  if (type.kind === 'map') {
    const entry = context.references.add(entryReader(type.value, context.codecOf));
    return `case ${tag(2)}: rt.entry(r, end, f${index} ??= {}, ${entry}); break;`;
  }
  if (type.kind === 'list' && !type.boxed) {
    const wireType = wireTypes[type.element.kind] ?? 2;
    const push = `case ${tag(wireType)}: (f${index} ??= []).push(${valueCode(type.element, context)}); break;`;
    if (wireType !== 0) return push;
    return `${push} case ${tag(2)}: (f${index} ??= []).push(...rt.packed(r, end, '${type.element.kind}')); break;`;
  }
  return `case ${tag(wireTypes[type.kind] ?? 2)}: f${index} = ${valueCode(type, context)}; break;`;
}

/** The statement that puts a field into the JSON object `o`, or leaves it out, as Go's encoder does. */
function emitCode(field: FieldSchema, index: number, context: Context): string {
  const { type } = field;
  const local = `f${index}`;
  const set = `o[${JSON.stringify(field.json)}] =`;
  if (field.inline) return `Object.assign(o, ${local} ?? ${zeroCode(type, context)});`;
  if (field.pointer) {
    return field.omitempty
      ? `if (${local} !== undefined) ${set} ${local};`
      : `${set} ${local} === undefined ? null : ${local};`;
  }
  switch (type.kind) {
    case 'string':
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
      return field.omitempty
        ? `if (${local}) ${set} ${local};`
        : `${set} ${local} === undefined ? ${zeroCode(type, context)} : ${local};`;
    case 'bytes':
    case 'list':
    case 'map': {
      const present = type.kind === 'bytes' ? local : `${local} !== undefined`;
      const filled = type.kind === 'list' && type.boxed ? `${present} && ${local}.length > 0` : present;
      return field.omitempty ? `if (${filled}) ${set} ${local};` : `${set} ${local} ?? null;`;
    }
    default:
      // omitempty means nothing for a Go struct, omitzero does.
      return field.omitzero
        ? `if (${local} != null) ${set} ${local};`
        : `${set} ${local} === undefined ? ${zeroCode(type, context)} : ${local};`;
  }
}

/**
 * Compiles the function that reads a message into an object whose keys stand in the order of the Go struct.
 */
export function compileDecoder(schema: MessageSchema, codecOf: CodecOf): MessageCodec['decode'] {
  const references = new References();
  const context = { references, codecOf };
  const known = references.add(new Set(schema.fields.map((field) => field.number)));
  const cases = schema.fields.map((field, index) => caseCode(field, index, context));
  const emits = schema.fields.map((field, index) => emitCode(field, index, context));
  const locals = schema.fields.map((_, index) => `f${index}`);
  const names = references.values.map((_, index) => `m${index}`);
  const source = `'use strict'; return function decode(r, end) {
    ${locals.length === 0 ? '' : `let ${locals.join(', ')};`}
    while (r.pos < end) {
      const tag = r.uint32(end);
      switch (tag) {
        ${cases.join('\n        ')}
        default: r.skip(tag, end, ${known});
      }
    }
    if (r.pos !== end) rt.overrun();
    const o = {};
    ${emits.join('\n    ')}
    return o;
  };`;
  // oxlint-disable-next-line no-new-func -- the source is made of the generated table alone
  const make = new Function('rt', 'empty', ...names, source) as (
    ...values: unknown[]
  ) => (reader: WireReader, end: number) => unknown;
  return make(runtime, emptyReader, ...references.values);
}
