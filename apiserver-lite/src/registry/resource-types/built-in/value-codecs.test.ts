import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultingCodec } from '../../defaults/defaulting-codec.ts';
import { jsonValueCodec, protobufValueCodec } from './value-codecs.ts';

test('an object without fields is filled with those that Go writes always, and with no defaults', () => {
  for (const codec of [protobufValueCodec, jsonValueCodec]) {
    const { fill } = defaultingCodec(codec, () => 0);
    const filled = fill?.({ apiVersion: 'v1', kind: 'Pod', metadata: {} });
    assert.deepEqual(filled, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {},
      spec: { containers: null },
      status: {},
    });
    const custom = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: {} };
    assert.deepEqual(fill?.(custom), custom);
  }
});
