import type { Codec } from './codec.ts';
import type { FieldSpec } from './compile.ts';

/** A field as protobuf's JSON sees it. */
export interface JsonField {
  /** In our objects. */
  readonly key: string;
  /** In etcd's .proto, and in its answers. */
  readonly protoName: string;
  /** As protobuf derives it (`range_end` → `rangeEnd`): understood in requests, too. */
  readonly jsonName: string;
  readonly spec: FieldSpec;
}

/** A message as far as its JSON is concerned. */
export type AnyMessage = Pick<Codec<unknown>, 'name' | 'fields' | 'isOneof'>;

const fieldsOf = new WeakMap<object, readonly JsonField[]>();

/** A message's fields in order of their numbers. */
export function jsonFields({ fields }: AnyMessage): readonly JsonField[] {
  let list = fieldsOf.get(fields);
  if (list === undefined) {
    list = Object.entries(fields)
      .map(([key, spec]) => {
        const protoName = protoNameOf(key, spec);
        return { key, protoName, jsonName: lowerCamelCase(protoName), spec };
      })
      .sort((a, b) => a.spec.number - b.spec.number);
    fieldsOf.set(fields, list);
  }
  return list;
}

/** The field's name in etcd's .proto. */
function protoNameOf(key: string, spec: FieldSpec): string {
  return spec.protoName ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function lowerCamelCase(protoName: string): string {
  return protoName.replace(/_([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
