import type { FieldSpec } from '../../etcdserverpb/codec/compile.ts';
import { type AnyMessage, jsonFields } from '../../etcdserverpb/codec/proto-fields.ts';

/** A message as protobuf's JSON has it, with the names of etcd's .proto: what is zero is left out. */
export function toJson(message: AnyMessage, value: object): string {
  const members: string[] = [];
  for (const { key, protoName, spec } of jsonFields(message)) {
    const text = fieldText(spec, (value as Record<string, unknown>)[key]);
    if (text !== undefined) members.push(`"${protoName}":${text}`);
  }
  return `{${members.join(',')}}`;
}

/** Undefined for a field that is left out. */
function fieldText(spec: FieldSpec, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (spec.repeated === true) {
    const items = value as readonly unknown[];
    return items.length === 0 ? undefined : `[${items.map((item) => valueText(spec, item)).join(',')}]`;
  }
  return spec.oneof === undefined && isZero(spec, value) ? undefined : valueText(spec, value);
}

function isZero(spec: FieldSpec, value: unknown): boolean {
  switch (spec.type) {
    case 'message':
      return false;
    case 'bytes':
    case 'ownBytes':
      return (value as Uint8Array).length === 0;
    case 'enum':
      return value === spec.names?.[0];
    default:
      return !value;
  }
}

function valueText(spec: FieldSpec, value: unknown): string {
  switch (spec.type) {
    case 'message':
      return toJson((spec.codec as () => AnyMessage)(), value as object);
    case 'int64':
    case 'signedId':
    case 'unsignedId':
      return `"${String(value)}"`;
    case 'bytes':
    case 'ownBytes': {
      const { buffer, byteOffset, byteLength } = value as Uint8Array;
      return `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`;
    }
    case 'enum':
      // A number without a name is its digits already.
      return spec.names?.includes(value as string) === true ? `"${String(value)}"` : String(value);
    default:
      return JSON.stringify(value);
  }
}
