import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringifyJson } from '../json.ts';
import { conform } from '../conform/conform.ts';
import { decodeObject, encodeObject } from '../stored-object.ts';
import type { KubeObject } from '../object.ts';
import { jsonSchemaProps } from '../schema/field-type.ts';
import { messageSchema } from '../schema/schema.ts';
import { knownKinds } from '../scheme.ts';
import { Random } from '../testing/random.ts';
import { randomMessage } from '../testing/random-object.ts';
import { CodecError } from './codec-error.ts';
import { decodeMessage, encodeMessage } from './codec.ts';

const podMessage = 'k8s.io.api.core.v1.Pod';
const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 1_000_000);

function errorCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof CodecError, error instanceof Error ? error.stack : String(error));
    return error.code;
  }
  return 'none';
}

test(`random objects of every kind survive (PG8S_TEST_SEED=${seed})`, () => {
  const messages = new Set([...knownKinds().values()].map(({ message }) => message));
  assert.ok(messages.size > 300);
  for (const message of messages) {
    const random = new Random(seed);
    for (let round = 0; round < 3; round++) {
      const { object } = conform(randomMessage(random, message, 5), message, 'report');
      const bytes = encodeMessage(message, object);
      const decoded = decodeMessage(message, bytes);
      assert.deepEqual(decoded, object, `${message}, round ${round}`);
      assert.ok(encodeMessage(message, decoded).equals(bytes), `${message}, round ${round}: bytes`);
    }
  }
});

test('value fields are written even when zero, pointers, lists and maps only when set', () => {
  const bytes = encodeMessage('k8s.io.api.core.v1.ServicePort', { port: 80 });
  // name "", protocol "", port 80, targetPort { 0, 0, "" }, nodePort 0; appProtocol is a pointer.
  assert.equal(bytes.toString('hex'), '0a00120018502206080010001a002800');
  assert.deepEqual(decodeMessage('k8s.io.api.core.v1.ServicePort', bytes), { port: 80, targetPort: 0 });
});

test('map keys stand in the order of their UTF-8 bytes', () => {
  const labels = { b: '', a: '', '\uFF5E': '', '😀': '', B: '', é: '' };
  const bytes = encodeMessage('k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector', { matchLabels: labels });
  const keys = ['B', 'a', 'b', 'é', '\uFF5E', '😀'];
  const positions = keys.map((key) =>
    bytes.indexOf(Buffer.concat([Buffer.from([0x0a, Buffer.byteLength(key)]), Buffer.from(key)])),
  );
  assert.ok(positions.every((position) => position !== -1));
  assert.deepEqual(
    positions,
    [...positions].sort((a, b) => a - b),
  );
});

test('long strings, and objects that outgrow the buffer', () => {
  const data = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      `key-${String(index).padStart(3, '0')}`,
      'é'.repeat(index * 7),
    ]),
  );
  const object: KubeObject = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'large' }, data };
  const bytes = encodeObject(object);
  assert.ok(bytes.length > 600_000);
  assert.deepEqual(decodeObject(bytes), object);
});

test('a 64-bit integer is kept to the last digit', () => {
  const object = conform(
    { activeDeadlineSeconds: 9_007_199_254_740_993n },
    'k8s.io.api.core.v1.PodSpec',
    'report',
  ).object;
  const decoded = decodeMessage(
    'k8s.io.api.core.v1.PodSpec',
    encodeMessage('k8s.io.api.core.v1.PodSpec', object),
  );
  assert.match(stringifyJson(decoded) ?? '', /"activeDeadlineSeconds":9007199254740993\b/);
});

test('values that a field cannot hold are refused', () => {
  const code = (value: unknown): string => errorCode(() => encodeMessage(podMessage, value));
  assert.equal(code({ metadata: { name: 5 } }), 'badValue');
  assert.equal(code({ metadata: 'x' }), 'badValue');
  assert.equal(code({ metadata: { labels: ['x'] } }), 'badValue');
  assert.equal(code({ metadata: { finalizers: 'x' } }), 'badValue');
  assert.equal(code({ metadata: { creationTimestamp: 'yesterday' } }), 'badValue');
  assert.equal(code({ spec: { priority: 2 ** 31 } }), 'badValue');
  assert.equal(code({ spec: { priority: 0.5 } }), 'badValue');
  assert.equal(code({ spec: { hostNetwork: 'true' } }), 'badValue');
  assert.equal(code({ spec: { overhead: { cpu: 'much' } } }), 'badValue');
  assert.equal(
    errorCode(() => encodeMessage('k8s.io.api.core.v1.Poud', {})),
    'unknownType',
  );
  // A failed object leaves nothing behind for the next one.
  assert.deepEqual(decodeMessage(podMessage, encodeMessage(podMessage, {})), {
    metadata: {},
    spec: { containers: null },
    status: {},
  });
});

test('bytes cut anywhere give an error or a shorter object, never anything else', () => {
  const random = new Random(seed);
  const bytes = encodeMessage(podMessage, randomMessage(random, podMessage, 4));
  const step = Math.max(1, Math.floor(bytes.length / 2000));
  let refused = 0;
  for (let size = 0; size < bytes.length; size += step) {
    if (errorCode(() => decodeMessage(podMessage, bytes.subarray(0, size))) !== 'none') refused++;
  }
  assert.ok(refused > 0, `PG8S_TEST_SEED=${seed}`);
});

test(`changed and invented bytes give a CodecError at worst (PG8S_TEST_SEED=${seed})`, () => {
  const random = new Random(seed);
  const schema = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';
  for (const message of [podMessage, schema, 'k8s.io.api.coordination.v1.Lease']) {
    const good = encodeMessage(message, randomMessage(random, message, 5));
    for (let round = 0; round < 1500; round++) {
      const bytes = Buffer.from(good);
      for (let change = 0; change <= random.below(4); change++) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      errorCode(() => decodeMessage(message, bytes));
    }
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
      errorCode(() => decodeMessage(message, bytes));
    }
  }
});

test('hostile lengths, numbers and nesting', () => {
  const code = (bytes: number[] | Buffer, message = podMessage): string =>
    errorCode(() => decodeMessage(message, Buffer.from(bytes)));
  assert.equal(code([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), 'truncated', 'a length of 4 GiB');
  assert.equal(code([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), 'malformed', 'a length of 35 bits');
  assert.equal(code([0x08, 0x01]), 'malformed', 'metadata as a number');
  assert.equal(code([0x02, 0x00]), 'malformed', 'field 0');
  assert.equal(code([0xa3, 0x06]), 'malformed', 'a group');
  assert.equal(code([0x80]), 'truncated');
  assert.equal(code([0xa0, 0x06, ...Array.from({ length: 11 }, () => 0xff)]), 'malformed', 'endless varint');
  assert.equal(code([0xa0, 0x06, 0x01]), 'none', 'an unknown field is passed over');

  // not: { not: { not: … } }
  const not = messageSchema(jsonSchemaProps)?.byJson.get('not');
  assert.ok(not);
  let nested = Buffer.alloc(0);
  const tag = not.number * 8 + 2;
  for (let depth = 0; depth < 5000; depth++) {
    const length: number[] = [];
    for (let rest = nested.length; ; rest >>>= 7) {
      length.push(rest >= 128 ? (rest & 127) | 128 : rest);
      if (rest < 128) break;
    }
    const prefix = tag < 128 ? [tag] : [(tag & 127) | 128, tag >>> 7];
    nested = Buffer.concat([Buffer.from([...prefix, ...length]), nested]);
  }
  assert.equal(code(nested, jsonSchemaProps), 'tooDeep');

  let object: Record<string, unknown> = {};
  for (let depth = 0; depth < 200_000; depth++) object = { not: object };
  assert.equal(
    errorCode(() => encodeMessage(jsonSchemaProps, object)),
    'tooDeep',
  );
});
