import { specialKinds } from './field-type.ts';
import type { FieldType, ScalarType } from './field-type.ts';
import { fullName, schemaTable, shortName } from './table.ts';
import type { FieldRow } from './table.ts';

/** One field of a message. */
export interface FieldSchema {
  /** The JSON name; empty for an inline field, whose own fields stand in the parent's JSON object. */
  readonly json: string;
  readonly goName: string;
  /** Protobuf field number. */
  readonly number: number;
  readonly type: FieldType;
  /** A Go pointer: absent or present. A value field always is there, zero or not. */
  readonly pointer: boolean;
  readonly inline: boolean;
  readonly omitempty: boolean;
  readonly omitzero: boolean;
  readonly optional: boolean;
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[] | undefined;
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly structType: 'atomic' | 'granular' | undefined;
  readonly featureGate: string | undefined;
}

/** A message: a Go struct of the API. */
export interface MessageSchema {
  /** `k8s.io.api.core.v1.PodSpec`. */
  readonly name: string;
  /** `PodSpec`, as Go's errors name a struct. */
  readonly structName: string;
  /** `v1.PodSpec`. */
  readonly goType: string;
  /** Values change owners as a whole, wherever the message is used (`+structType=atomic` at the type). */
  readonly isAtomic: boolean;
  /** In the order of the Go struct, which is the order of its JSON. */
  readonly fields: readonly FieldSchema[];
  /** The same by JSON name, those of inline fields included. */
  readonly byJson: ReadonlyMap<string, FieldSchema>;
}

const cache = new Map<string, MessageSchema>();
const typeCache = new Map<string, FieldType>();

/**
 * The schema of a message by its full name; undefined where the table has none. Made when first asked for.
 */
export function messageSchema(name: string): MessageSchema | undefined {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const short = shortName(name);
  const target = short === undefined ? undefined : messageRow(short);
  if (target === undefined) return undefined;
  const schema = buildMessage(name, target, atomicMessages().has(short ?? ''));
  cache.set(name, schema);
  return schema;
}

/** Like `messageSchema`, for a name that comes from the table itself. */
export function requireMessage(name: string): MessageSchema {
  const schema = messageSchema(name);
  if (schema === undefined) throw new Error(`the schema table has no message ${name}`);
  return schema;
}

let atomic: ReadonlySet<string> | undefined;

function atomicMessages(): ReadonlySet<string> {
  atomic ??= new Set(schemaTable().atomic);
  return atomic;
}

/** Follows second names: `core/v1.List` is `meta/v1.List`. */
function messageRow(short: string): readonly FieldRow[] | undefined {
  const { messages, types } = schemaTable();
  let name = short;
  for (let hops = 0; hops < 4; hops++) {
    const rows = messages[name];
    if (rows !== undefined) return rows;
    const next = types[name];
    if (next === undefined) return undefined;
    name = next;
  }
  return undefined;
}

function buildMessage(name: string, rows: readonly FieldRow[], isAtomic: boolean): MessageSchema {
  const fields = rows.map(buildField);
  const byJson = new Map<string, FieldSchema>();
  for (const field of fields) {
    if (!field.inline) {
      if (field.json !== '' && field.json !== '-') byJson.set(field.json, field);
    } else if (field.type.kind === 'message') {
      for (const [json, inner] of requireMessage(field.type.name).byJson) {
        if (!byJson.has(json)) byJson.set(json, inner);
      }
    }
  }
  const structName = name.slice(name.lastIndexOf('.') + 1);
  return { name, structName, goType: goName(name), isAtomic, fields, byJson };
}

function buildField(row: FieldRow): FieldSchema {
  const [json, goName, number, goType, flags, extra] = row;
  return {
    json,
    goName,
    number,
    type: resolveType(goType.startsWith('*') ? goType.slice(1) : goType),
    pointer: goType.startsWith('*'),
    inline: flags.includes('i'),
    omitempty: flags.includes('e'),
    omitzero: flags.includes('z'),
    optional: flags.includes('o'),
    patchStrategy: extra?.ps?.split(',') ?? [],
    patchMergeKey: extra?.mk,
    listType: extra?.lt,
    listMapKeys: extra?.lk,
    mapType: extra?.mt,
    structType: extra?.st,
    featureGate: extra?.fg,
  };
}

/** `k8s.io.api.core.v1.PodSpec` → `v1.PodSpec`. */
function goName(full: string): string {
  const parts = full.split('.');
  return parts.slice(-2).join('.');
}

/** `[]0.Container` → `[]v1.Container`. */
function printedType(type: string): string {
  return type.replaceAll(/\bbyte\b/g, 'uint8').replaceAll(/\d+\.\w+/g, (short) => goName(fullName(short)));
}

const scalarKinds: Readonly<Record<string, ScalarType['kind']>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  int: 'int64',
  float64: 'float64',
  '[]byte': 'bytes',
};

function resolveType(type: string): FieldType {
  let resolved = typeCache.get(type);
  if (resolved === undefined) {
    resolved = resolveExpression(type, printedType(type));
    typeCache.set(type, resolved);
  }
  return resolved;
}

function resolveExpression(type: string, goType: string): FieldType {
  const scalar = scalarKinds[type];
  if (scalar !== undefined) return { kind: scalar, goType };
  if (type.startsWith('[]')) {
    const pointers = type.startsWith('[]*');
    const element = resolveType(type.slice(pointers ? 3 : 2));
    return { kind: 'list', element, pointers, boxed: false, goType };
  }
  if (type.startsWith('map[')) {
    return { kind: 'map', value: resolveType(type.slice(type.indexOf(']') + 1)), goType };
  }
  return resolveName(type, goType);
}

function resolveName(short: string, goType: string): FieldType {
  const { messages, types, enums } = schemaTable();
  const name = fullName(short);
  const special = specialKinds[name];
  if (special !== undefined) return { kind: special, goType };
  if (messages[short] !== undefined) return { kind: 'message', name, goType };
  const target = types[short];
  if (target === undefined) throw new Error(`the schema table doesn't explain the type ${name}`);
  const resolved = resolveType(target);
  if (resolved.kind === 'message') return resolved;
  const bare = short.slice(short.indexOf('.') + 1);
  if (resolved.kind === 'list') {
    return { ...resolved, goType, boxed: bare === 'ExtraValue' || bare === 'Verbs' };
  }
  const values = enums[short];
  if (values !== undefined && resolved.kind === 'string') return { kind: 'string', goType, values };
  return { ...resolved, goType };
}
