import * as wire from './wire.ts';
import type { MessageOutput } from './message-output.ts';
import type { Reader } from './wire.ts';

/** What the compiler must know of a field. */
export interface FieldSpec {
  readonly number: number;
  readonly type: FieldType;
  readonly repeated?: boolean;
  /** The name of the oneof that it is in. */
  readonly oneof?: string;
  readonly required?: boolean;
  readonly names?: readonly string[];
  readonly codec?: () => NestedCodec;
  /** Its name in etcd's protobuf, where that is not our own in snake_case. */
  readonly protoName?: string;
  /** Its type in etcd's protobuf, where ours is another of the same look on the wire. */
  readonly protoType?: 'uint64' | 'int32' | 'bytes';
  /** Of an enum: its name within the package, with that of the message that it is declared in. */
  readonly enumName?: string;
}

export type FieldType =
  | 'int64'
  | 'signedId'
  | 'unsignedId'
  | 'uint32'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'ownBytes'
  | 'enum'
  | 'message';

interface NestedCodec {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly isOneof: boolean;
  size(message: unknown, output: MessageOutput): number;
  write(message: unknown, output: MessageOutput): void;
  read(reader: Reader, end: number): unknown;
}

interface ReadSource {
  readonly wireType: 0 | 2;
  readonly zero: string;
  readonly read: string;
}

// `r` reader, `end` the end of the message, `x` what belongs to this field.
const scalars: Record<Exclude<FieldType, 'message' | 'enum'>, ReadSource> = {
  int64: { wireType: 0, zero: '0', read: 'wire.readInt64(r)' },
  signedId: {
    wireType: 0,
    zero: '0n',
    read: 'wire.readSignedId(r)',
  },
  unsignedId: {
    wireType: 0,
    zero: '0n',
    read: 'wire.readUnsignedId(r)',
  },
  uint32: { wireType: 0, zero: '0', read: 'r.uint32()' },
  bool: { wireType: 0, zero: 'false', read: 'r.bool()' },
  string: { wireType: 2, zero: "''", read: 'wire.readString(r, end)' },
  bytes: {
    wireType: 2,
    zero: 'wire.emptyBytes',
    read: 'wire.readBytes(r, end)',
  },
  ownBytes: {
    wireType: 2,
    zero: 'wire.emptyBytes',
    read: 'wire.readOwnBytes(r, end)',
  },
};

function readSource(field: FieldSpec, extra: string): ReadSource {
  if (field.type === 'enum') {
    return {
      wireType: 0,
      zero: JSON.stringify(field.names?.[0]),
      read: `${extra}.name(r.uint32())`,
    };
  }
  if (field.type === 'message') {
    return {
      wireType: 2,
      zero: 'undefined',
      read: `${extra}.read(r, wire.readLength(r, end))`,
    };
  }
  return scalars[field.type];
}

/** What a field's code refers to: the nested codec, or the two directions of an enum. */
export function extraOf(field: FieldSpec): unknown {
  if (field.type === 'message') return field.codec?.();
  if (field.type !== 'enum') return undefined;
  const names = field.names ?? [];
  return {
    numbers: Object.fromEntries(names.map((name, number) => [name, number])),
    name: (number: number) => names[number] ?? String(number),
  };
}

/** In the order of their numbers, which is that of protobuf. */
export const byNumber = (fields: Readonly<Record<string, FieldSpec>>): [string, FieldSpec][] =>
  Object.entries(fields).sort(([, a], [, b]) => a.number - b.number);

/** Compiles a function of that text, in which `given` are known by their names. */
export function instantiate(
  parameters: string,
  body: readonly string[],
  given: Readonly<Record<string, unknown>>,
): unknown {
  // The text comes from the tables in this folder alone, never from a message.
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  const factory = new Function(
    ...Object.keys(given),
    `'use strict';\nreturn (${parameters}) => {\n${body.join('\n')}\n};`,
  );
  return (factory as (...values: unknown[]) => unknown)(...Object.values(given));
}

/** Compiles `(reader, end) => message`. */
export function compileRead(fields: Readonly<Record<string, FieldSpec>>, isOneof: boolean): unknown {
  const entries = byNumber(fields);
  const zeros: string[] = [];
  const cases: string[] = [];
  for (const [index, [name, field]] of entries.entries()) {
    const source = readSource(field, `x[${index}]`);
    const tag = ((field.number << 3) | source.wireType) >>> 0;
    if (field.repeated) {
      zeros.push(`${name}: []`);
      cases.push(`case ${tag}: m.${name}.push(${source.read}); break;`);
      if (source.wireType === 0) {
        const packed = ((field.number << 3) | 2) >>> 0;
        cases.push(
          `case ${packed}: { const stop = wire.readLength(r, end); while (r.pos < stop) m.${name}.push(${source.read}); break; }`,
        );
      }
    } else if (isOneof) {
      // The last one on the wire wins, whole.
      cases.push(`case ${tag}: m = { ${name}: ${source.read} }; break;`);
    } else {
      if (!field.oneof && field.type !== 'message') zeros.push(`${name}: ${source.zero}`);
      if (field.type === 'message') {
        const absent = field.required ? `x[${index}].read(r, r.pos)` : 'undefined';
        if (field.required) zeros.push(`${name}: undefined`);
        else zeros.push(`${name}: ${absent}`);
      }
      // Of a oneof, too, the last one wins.
      const alone = field.oneof ? `if (one !== '') delete m[one]; one = '${name}'; ` : '';
      cases.push(`case ${tag}: ${alone}m.${name} = ${source.read}; break;`);
    }
  }
  const required = entries
    .map(([name, field], index) =>
      field.required ? `if (m.${name} === undefined) m.${name} = x[${index}].read(r, r.pos);` : '',
    )
    .filter((line) => line !== '');
  const body = [
    `let m = { ${zeros.join(', ')} };`,
    ...(cases.some((line) => line.includes('delete m[one]')) ? ["let one = '';"] : []),
    'while (r.pos < end) {',
    '  const tag = r.uint32();',
    '  switch (tag) {',
    ...cases.map((line) => `    ${line}`),
    '    default: wire.skipField(r, tag);',
    '  }',
    '}',
    "if (r.pos !== end) throw new wire.MalformedMessageError('a field reaches past the end of its message');",
    ...required,
    'return m;',
  ];
  return instantiate('r, end', body, { wire, x: entries.map(([, field]) => extraOf(field)) });
}
