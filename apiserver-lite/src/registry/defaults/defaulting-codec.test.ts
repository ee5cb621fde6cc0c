import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonValueCodec, protobufValueCodec } from '../resource-types/built-in/value-codecs.ts';
import { defaultingCodec } from './defaulting-codec.ts';

const old = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'old' },
  value: 7,
};

for (const [name, plain] of Object.entries({ protobuf: protobufValueCodec, JSON: jsonValueCodec })) {
  test(`what was stored as ${name} before a field had a default is read with it`, () => {
    const codec = defaultingCodec(plain, () => 0);
    const stored = plain.encode(old, 'key');
    assert.equal(plain.decode(stored, 'key')['preemptionPolicy'], undefined);
    const read = codec.decode(stored, 'key');
    assert.equal(read['preemptionPolicy'], 'PreemptLowerPriority');
    assert.equal(read['value'], 7);
    assert.deepEqual(codec.encode(old, 'key'), stored, 'writing adds nothing');
  });
}
