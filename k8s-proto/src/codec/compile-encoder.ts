import { Buffer } from 'node:buffer';
import type { FieldType } from '../schema/field-type.ts';
import type { FieldSchema, MessageSchema } from '../schema/schema.ts';
import { CodecError } from './codec-error.ts';
import type { MessageCodec } from './message-codec.ts';
import type { WireWriter } from './wire-writer.ts';

/** Finds the codec of a type that is a message on the wire. */
export type CodecOf = (type: FieldType) => MessageCodec;

const empty: Readonly<Record<string, unknown>> = Object.freeze(
  Object.create(null) as Record<string, unknown>,
);

/** What the generated functions call. */
const runtime = {
  empty,

  bad(field: string, wanted: string, value: unknown): never {
    const got = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value;
    throw new CodecError('badValue', `${field}: want ${wanted}, got ${got}`);
  },

  badNumber(field: string, wanted: string, value: unknown): never {
    const got = typeof value === 'number' || typeof value === 'bigint' ? `${value}` : typeof value;
    throw new CodecError('badValue', `${field}: want ${wanted}, got ${got}`);
  },

  /** Keys in the order of their UTF-8 bytes, as Go sorts strings. */
  sortedKeys(map: object): string[] {
    const keys = Object.keys(map);
    if (keys.length < 2) return keys;
    keys.sort();
    // UTF-16 orders surrogates below U+E000; UTF-8 orders them above.
    return keys.some((key) => /[\ud800-\uffff]/.test(key))
      ? keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      : keys;
  },

  fromBase64(field: string, value: unknown): Uint8Array {
    if (typeof value === 'string') return Buffer.from(value, 'base64');
    if (value instanceof Uint8Array) return value;
    return runtime.bad(field, 'base64 text', value);
  },

  isInt64(value: unknown): boolean {
    if (typeof value === 'number') return Number.isSafeInteger(value);
    return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
  },
};

const wireTypes: Readonly<Partial<Record<FieldType['kind'], number>>> = {
  bool: 0,
  int32: 0,
  int64: 0,
  float64: 1,
};

function tagOf(number: number, type: FieldType): number {
  return number * 8 + (wireTypes[type.kind] ?? 2);
}

function tagCode(tag: number): string {
  return tag < 128 ? `w.byte(${tag});` : `w.varint(${tag});`;
}

/** Collects the codecs that a function refers to, as variables `m0`, `m1` … */
class References {
  readonly codecs: MessageCodec[] = [];
  readonly #names = new Map<MessageCodec, string>();

  name(codec: MessageCodec): string {
    let name = this.#names.get(codec);
    if (name === undefined) {
      name = `m${this.codecs.push(codec) - 1}`;
      this.#names.set(codec, name);
    }
    return name;
  }
}

interface Context {
  references: References;
  codecOf: CodecOf;
  /** For errors: `v1.PodSpec.nodeName`. */
  path: string;
}

/**
 * Code that writes the value in variable `v`, with its length where the wire type has one, without the tag.
 */
function valueCode(type: FieldType, { references, codecOf, path }: Context): string {
  const field = JSON.stringify(path);
  switch (type.kind) {
    case 'string':
      return `if (typeof v === 'string') w.string(v); else if (v == null) w.byte(0); else rt.bad(${field}, 'string', v);`;
    case 'bool':
      return `if (typeof v !== 'boolean' && v != null) rt.bad(${field}, 'bool', v); w.byte(v ? 1 : 0);`;
    case 'int32':
      return `if (v == null) w.byte(0); else if ((v | 0) === v) w.integer(v); else rt.badNumber(${field}, 'int32', v);`;
    case 'int64':
      return `if (v == null) w.byte(0); else if (rt.isInt64(v)) w.integer(v); else rt.badNumber(${field}, 'int64', v);`;
    case 'float64':
      return `if (typeof v !== 'number' && typeof v !== 'bigint') rt.bad(${field}, 'number', v); w.double(Number(v));`;
    case 'bytes':
      return `if (v == null) w.byte(0); else w.bytes(rt.fromBase64(${field}, v));`;
    case 'list':
      if (type.boxed) {
        return (
          `{ if (v != null && !Array.isArray(v)) rt.bad(${field}, 'list', v); const b = w.written();` +
          ` if (v != null) for (let j = v.length - 1; j >= 0; j--) { if (typeof v[j] !== 'string')` +
          ` rt.bad(${field}, 'string', v[j]); w.string(v[j]); w.byte(10); } w.length(b); }`
        );
      }
      throw new Error(`${path}: a list within a list has no wire form`);
    case 'map':
      throw new Error(`${path}: a map within a map has no wire form`);
    default:
      return `{ const s = w.written(); ${references.name(codecOf(type))}.encode(w, v); w.length(s); }`;
  }
}

function fieldCode(field: FieldSchema, context: Context): string {
  const { type } = field;
  if (field.inline) {
    return `v = o; ${valueCode(type, context)} ${tagCode(tagOf(field.number, type))}`;
  }
  const read = `v = o[${JSON.stringify(field.json)}];`;
  const name = JSON.stringify(context.path);
  if (type.kind === 'list' && !type.boxed) {
    const tag = tagCode(tagOf(field.number, type.element));
    return (
      `${read} if (v != null) { if (!Array.isArray(v)) rt.bad(${name}, 'list', v); const l = v;` +
      ` for (let i = l.length - 1; i >= 0; i--) { const v = l[i]; ${valueCode(type.element, context)} ${tag} } }`
    );
  }
  if (type.kind === 'map') {
    const { value } = type;
    const valueTag = `w.byte(${tagOf(2, value)});`;
    const write = `${valueCode(value, context)} ${valueTag}`;
    const guarded = value.kind === 'bytes' ? `if (v != null) { ${write} }` : write;
    return (
      `${read} if (v != null) { if (typeof v !== 'object' || Array.isArray(v)) rt.bad(${name}, 'map', v);` +
      ` const d = v; const k = rt.sortedKeys(d); for (let i = k.length - 1; i >= 0; i--) { const v = d[k[i]];` +
      ` const e = w.written(); ${guarded} w.string(k[i]); w.byte(10); w.length(e);` +
      ` ${tagCode(field.number * 8 + 2)} } }`
    );
  }
  const write = `${valueCode(type, context)} ${tagCode(tagOf(field.number, type))}`;
  const onlyWhenSet = field.pointer || type.kind === 'bytes' || type.kind === 'list';
  return onlyWhenSet ? `${read} if (v != null) { ${write} }` : `${read} ${write}`;
}

/** Compiles the function that writes a message, last field first. */
export function compileEncoder(schema: MessageSchema, codecOf: CodecOf): MessageCodec['encode'] {
  const references = new References();
  const body = [...schema.fields]
    .sort((a, b) => b.number - a.number)
    .map((field) =>
      fieldCode(field, { references, codecOf, path: `${schema.goType}.${field.json || field.goName}` }),
    );
  const names = references.codecs.map((_, index) => `m${index}`);
  const source = `'use strict'; return function encode(w, o) {
    if (o == null) o = rt.empty; else if (typeof o !== 'object' || Array.isArray(o)) rt.bad(${JSON.stringify(schema.goType)}, 'object', o);
    let v;
    ${body.join('\n    ')}
  };`;
  // oxlint-disable-next-line no-new-func -- the source is made of the generated table alone
  const make = new Function('rt', ...names, source) as (
    rt: typeof runtime,
    ...codecs: MessageCodec[]
  ) => (writer: WireWriter, value: unknown) => void;
  return make(runtime, ...references.codecs);
}
