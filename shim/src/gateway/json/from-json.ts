import type { FieldSpec } from '../../etcdserverpb/codec/compile.ts';
import { type JsonNode, JsonTextError, readJson } from './json-text.ts';
import { type AnyMessage, type JsonField, jsonFields } from '../../etcdserverpb/codec/proto-fields.ts';

/**
 * Reads protobuf's JSON: fields by their names in etcd's .proto or by their lowerCamelCase ones, unknown ones
 * ignored, 64-bit integers as strings or numbers, bytes in either base64 alphabet, enums by name or number.
 *
 * @throws JsonTextError
 */
export function fromJson(message: AnyMessage, text: string): object {
  // An empty body is an empty message.
  if (text.trim() === '') return {};
  return new JsonMessageReader(text).read(message, readJson(text));
}

class JsonMessageReader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(message: AnyMessage, node: JsonNode): object {
    if (node.kind !== 'object') {
      const token = this.#text.slice(node.at).match(/^([[\]{}]|"(?:[^"\\]|\\.)*"|[^\s,\]}]+)/)?.[0] ?? '';
      throw new JsonTextError(`proto: syntax error ${this.#place(node.at)}: unexpected token ${token}`);
    }
    const result: Record<string, unknown> = {};
    let oneof: string | undefined;
    for (const { name, at, value } of node.members) {
      const field = fieldByName(message, name);
      if (field === undefined || value.kind === 'null') continue;
      if (Object.hasOwn(result, field.key)) {
        throw new JsonTextError(`proto: ${this.#place(at)}: duplicate field ${JSON.stringify(name)}`);
      }
      if (field.spec.oneof !== undefined) {
        if (oneof !== undefined) {
          throw new JsonTextError(
            `proto: ${this.#place(at)}: error parsing ${JSON.stringify(name)}, the oneof has ${JSON.stringify(oneof)} already`,
          );
        }
        oneof = name;
      }
      const read = this.#field(field, value);
      if (read !== undefined) result[field.key] = read;
    }
    return result;
  }

  #field(field: JsonField, node: JsonNode): unknown {
    if (field.spec.repeated !== true) return this.#value(field, node);
    if (node.kind !== 'array') {
      throw new JsonTextError(
        `proto: syntax error ${this.#place(node.at)}: unexpected token ${this.#literal(node)}`,
      );
    }
    return node.items.map((item) => this.#value(field, item)).filter((item) => item !== undefined);
  }

  #value(field: JsonField, node: JsonNode): unknown {
    const { spec } = field;
    if (spec.type === 'message') return this.read((spec.codec as () => AnyMessage)(), node);
    if (spec.type === 'enum') return this.#enumValue(field, node);
    const value = scalar(spec, node);
    if (value === undefined) throw this.#invalid(field, node);
    return value;
  }

  /** A name that this version does not know is no error: as an unknown field it is ignored. */
  #enumValue(field: JsonField, node: JsonNode): string | undefined {
    const names = field.spec.names ?? [];
    if (node.kind === 'string') return names.includes(node.value) ? node.value : undefined;
    const number = node.kind === 'number' ? Number(node.digits) : Number.NaN;
    if (!Number.isInteger(number) || Math.abs(number) > 0x7fffffff) throw this.#invalid(field, node);
    return names[number] ?? String(number);
  }

  #invalid({ spec, protoName }: JsonField, node: JsonNode): JsonTextError {
    const type = typeNames[spec.type] ?? spec.type;
    return new JsonTextError(
      `proto: ${this.#place(node.at)}: invalid value for ${type} field ${protoName}: ${this.#literal(node)}`,
    );
  }

  #literal(node: JsonNode): string {
    const simple = /^("(?:[^"\\]|\\.)*"|[^\s,\]}]+)/.exec(this.#text.slice(node.at, node.at + 100))?.[0];
    return node.kind === 'array' ? '[' : node.kind === 'object' ? '{' : (simple ?? '');
  }

  /** As protojson counts: from 1, in bytes. */
  #place(at: number): string {
    const before = this.#text.slice(0, at);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    return `(line ${line}:${Buffer.byteLength(before.slice(lineStart)) + 1})`;
  }
}

const typeNames: Partial<Record<FieldSpec['type'], string>> = {
  ownBytes: 'bytes',
  signedId: 'int64',
  unsignedId: 'uint64',
};

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

/** Undefined when the node is no value of that type. */
function scalar({ type }: FieldSpec, node: JsonNode): unknown {
  switch (type) {
    case 'bool':
      return node.kind === 'boolean' ? node.value : undefined;
    case 'string':
      return node.kind === 'string' ? node.value : undefined;
    case 'bytes':
    case 'ownBytes':
      return node.kind === 'string' ? fromBase64(node.value) : undefined;
    case 'int64': {
      const value = integer(node, minInt64, maxInt64);
      return value === undefined ? undefined : Number(value);
    }
    case 'signedId':
      return integer(node, minInt64, maxInt64);
    case 'unsignedId':
      return integer(node, 0n, maxUint64);
    case 'uint32': {
      const value = integer(node, 0n, 0xffffffffn);
      return value === undefined ? undefined : Number(value);
    }
    default:
      return undefined;
  }
}

/** Digits as a string or a number; `1.0` and `1e3` are integers, too. */
function integer(node: JsonNode, least: bigint, most: bigint): bigint | undefined {
  const digits = node.kind === 'number' ? node.digits : node.kind === 'string' ? node.value : '';
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(digits)) return undefined;
  const plain = /^-?\d+$/.test(digits);
  if (!plain && !Number.isSafeInteger(Number(digits))) return undefined;
  const value = BigInt(plain ? digits : Number(digits));
  return value < least || value > most ? undefined : value;
}

function fromBase64(text: string): Uint8Array | undefined {
  const digits = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  return Buffer.from(digits, 'base64');
}

const fieldsByName = new WeakMap<object, ReadonlyMap<string, JsonField>>();

function fieldByName(message: AnyMessage, name: string): JsonField | undefined {
  let byName = fieldsByName.get(message.fields);
  if (byName === undefined) {
    byName = new Map(
      jsonFields(message).flatMap((field) => [
        [field.jsonName, field],
        [field.protoName, field],
      ]),
    );
    fieldsByName.set(message.fields, byName);
  }
  return byName.get(name);
}
