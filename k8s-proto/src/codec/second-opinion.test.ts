import assert from 'node:assert/strict';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import { samplePod } from '../../bench/sample-pod.ts';
import type { FieldType } from '../schema/field-type.ts';
import { requireMessage } from '../schema/schema.ts';
import { decodeMessage, encodeMessage } from './codec.ts';

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  float64: 'double',
  bytes: 'bytes',
};

const specials: Readonly<Record<string, readonly string[]>> = {
  time: ['int64', 'int32'],
  microTime: ['int64', 'int32'],
  duration: ['int64'],
  quantity: ['string'],
  intOrString: ['int64', 'int32', 'string'],
  fieldsV1: ['bytes'],
  rawExtension: ['bytes'],
};

/** The messages as protobufjs sees them, from the same table. */
class ReflectedTypes {
  readonly root = new protobuf.Root();
  readonly #types = new Map<string, protobuf.Type>();

  typeOf(name: string): protobuf.Type {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const type = new protobuf.Type(`T${this.#types.size}`);
    this.#types.set(name, type);
    this.root.add(type);
    const special = specials[name];
    if (special !== undefined) {
      for (const [index, kind] of special.entries()) {
        type.add(new protobuf.Field(`f${index}`, index + 1, kind));
      }
      return type;
    }
    for (const { json, goName, number, type: fieldType } of requireMessage(name).fields) {
      const fieldName = json === '' ? goName : json;
      if (fieldType.kind === 'map') {
        type.add(new protobuf.MapField(fieldName, number, 'string', this.#nameOf(fieldType.value)));
      } else if (fieldType.kind === 'list') {
        type.add(new protobuf.Field(fieldName, number, this.#nameOf(fieldType.element), 'repeated'));
      } else {
        type.add(new protobuf.Field(fieldName, number, this.#nameOf(fieldType)));
      }
    }
    return type;
  }

  #nameOf(type: FieldType): string {
    return scalars[type.kind] ?? this.typeOf(type.kind === 'message' ? type.name : type.kind).name;
  }
}

test('protobufjs reads what we write, and writes the same bytes from it', () => {
  const message = 'k8s.io.api.core.v1.Pod';
  const bytes = encodeMessage(message, samplePod());
  const types = new ReflectedTypes();
  const pod = types.typeOf(message);
  types.root.resolveAll();
  const read = pod.decode(bytes);
  const rewritten = Buffer.from(pod.encode(read).finish());
  assert.equal(rewritten.toString('hex'), bytes.toString('hex'));
  const { kind: _kind, apiVersion: _apiVersion, ...expected } = samplePod();
  assert.deepEqual(decodeMessage(message, rewritten), expected);
});
