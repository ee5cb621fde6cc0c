import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeObject } from '../stored-object.ts';
import { wrapEnvelope } from '../envelope.ts';
import { storedNamespace } from '../testing/stored-namespace.ts';
import { CommandError } from './command-input.ts';
import type { CommandInput } from './command-input.ts';
import { decodeInput } from './decode.ts';
import { encodeInput } from './encode.ts';

const namespace = {
  kind: 'Namespace',
  apiVersion: 'v1',
  metadata: { name: 'shop', creationTimestamp: '2026-11-21T10:41:00Z', labels: { on: 'yes' } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
};
const configMap = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'settings' },
  data: { key: 'two\nlines' },
};
const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };

function input(content: string | Uint8Array, name = 'stdin'): CommandInput {
  return { name, bytes: Buffer.from(content) };
}

function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    return error.message;
  }
  return 'accepted';
}

test('a stored value becomes a JSON document, and comes back as the same bytes', () => {
  const bytes = encodeObject(namespace);
  const text = decodeInput(input(bytes), { output: 'json', base64: false });
  assert.deepEqual(JSON.parse(text), namespace);
  assert.match(text, /\n {2}"metadata"/);
  assert.deepEqual(Buffer.from(encodeInput(input(text), { base64: false })), Buffer.from(bytes));
});

test('the newline that etcdctl prints after a value does no harm, nor do several values', () => {
  const one = encodeObject(namespace);
  const two = encodeObject(configMap);
  const newline = Buffer.from('\n');
  const single = decodeInput(input(Buffer.concat([one, newline])), { output: 'json', base64: false });
  assert.deepEqual(JSON.parse(single), namespace);
  const both = Buffer.concat([one, newline, two, newline]);
  const lines = decodeInput(input(both), { output: 'json', base64: false }).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [namespace, configMap],
  );
  const encoded = encodeInput(input(lines.join('\n')), { base64: false });
  assert.deepEqual(Buffer.from(encoded), Buffer.concat([one, newline, two]));
});

test('base64: a line is a value, there and back', () => {
  const lines = [namespace, configMap].map((object) => encodeObject(object).toString('base64'));
  const json = decodeInput(input(`${lines[0]}\n\n${lines[1]}\n`), { output: 'json', base64: true });
  assert.deepEqual(
    json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [namespace, configMap],
  );
  assert.equal(Buffer.from(encodeInput(input(json), { base64: true })).toString(), `${lines.join('\n')}\n`);
});

test('YAML quotes what would be read as something else, and is read back', () => {
  const yaml = decodeInput(input(encodeObject(namespace)), { output: 'yaml', base64: false });
  assert.match(yaml, /^apiVersion: v1\nkind: Namespace\nmetadata:\n/);
  assert.match(yaml, /creationTimestamp: "2026-11-21T10:41:00Z"/);
  assert.match(yaml, /"on": "yes"/);
  const two = `${yaml}---\n${decodeInput(input(encodeObject(configMap)), { output: 'yaml', base64: false })}`;
  const expected = [namespace, configMap].map((object) => `${encodeObject(object).toString('base64')}\n`);
  assert.equal(Buffer.from(encodeInput(input(two), { base64: true })).toString(), expected.join(''));
});

test('custom resources are JSON in the store', () => {
  const bytes = encodeInput(input(JSON.stringify(widget)), { base64: false });
  assert.equal(Buffer.from(bytes).toString(), `${JSON.stringify(widget)}\n`);
  assert.deepEqual(JSON.parse(decodeInput(input(bytes), { output: 'json', base64: false })), widget);
  // As Go writes a map, whatever the order in which the person wrote it.
  const kubectl = {
    kind: 'Widget',
    apiVersion: 'example.com/v1',
    spec: { run: 'a && b', 10: 1, 9: 2, a: '<' },
  };
  const stored =
    '{"apiVersion":"example.com/v1","kind":"Widget","spec":{"10":1,"9":2,"a":"\\u003c","run":"a \\u0026\\u0026 b"}}\n';
  assert.equal(
    Buffer.from(encodeInput(input(JSON.stringify(kubectl)), { base64: false })).toString(),
    stored,
  );
  const text = decodeInput(input(stored), { output: 'json', base64: false, warn: assert.fail });
  assert.deepEqual(JSON.parse(text), kubectl);
});

test('a Namespace that an older kube-apiserver stored comes back as the same bytes, in each form', () => {
  const bytes = Buffer.from(storedNamespace, 'base64');
  const json = decodeInput(input(`${storedNamespace}\n`), { output: 'json', base64: true });
  assert.equal(Buffer.from(encodeInput(input(json), { base64: true })).toString(), `${storedNamespace}\n`);
  for (const output of ['json', 'yaml'] as const) {
    const text = decodeInput(input(bytes), { output, base64: false });
    assert.ok(Buffer.from(encodeInput(input(text), { base64: false })).equals(bytes), output);
  }
  const { metadata } = JSON.parse(json) as typeof namespace & { metadata: { managedFields: unknown[] } };
  // What 1.36 would drop, and what it would add.
  assert.deepEqual(Object.entries(metadata).at(-1), ['clusterName', '']);
  assert.equal((metadata.managedFields[0] as Record<string, unknown>)['subresource'], null);
});

test('there is a warning for bytes that no object can stand for', () => {
  const message = encodeObject(namespace);
  // An envelope with a field of its own that nobody knows.
  const bytes = Buffer.concat([message, Buffer.from([0x28, 1])]);
  const warnings: string[] = [];
  const text = decodeInput(input(bytes), {
    output: 'json',
    base64: false,
    warn: (line) => warnings.push(line),
  });
  assert.deepEqual(JSON.parse(text), namespace);
  assert.deepEqual(warnings, ['stdin: encoding this object again will not give the same bytes']);

  const revision = {
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {},
    data: message,
    revision: 1,
  };
  const embedded = encodeObject(revision).toString('base64');
  decodeInput(input(`\n${embedded}`), { output: 'json', base64: true, warn: (line) => warnings.push(line) });
  assert.equal(warnings[1], 'stdin:2: encoding this object again will not give the same bytes');
});

test('what is encrypted, compressed or no protobuf is told as such', () => {
  const decode = (content: string | Uint8Array): string =>
    problem(() => decodeInput(input(content), { output: 'json', base64: false }));
  assert.equal(
    decode('k8s:enc:aescbc:v1:key1:\x01\x02'),
    'stdin: the value is encrypted (provider "aescbc")',
  );
  const envelope = wrapEnvelope('v1', 'Namespace', new Uint8Array(0)).subarray(0, -4);
  assert.equal(
    decode(Buffer.concat([envelope, Buffer.from('\x1a\x04gzip\x22\x00')])),
    'stdin: contents encoded as "gzip" cannot be read, only plain ones',
  );
  assert.equal(
    decode(Buffer.concat([envelope, Buffer.from('\x1a\x00\x22\x10application/cbor')])),
    'stdin: contents of type "application/cbor" cannot be read, only protobuf',
  );
});

test('bad input is told with its file and line', () => {
  const decode = (content: string | Uint8Array, base64: boolean): string =>
    problem(() => decodeInput(input(content, 'values.txt'), { output: 'json', base64 }));
  const encode = (content: string): string =>
    problem(() => encodeInput(input(content, 'pods.json'), { base64: false }));
  const good = encodeObject(namespace).toString('base64');
  assert.equal(decode('', false), 'values.txt: no value');
  assert.equal(decode('hello', false), 'values.txt: the value does not begin with "k8s\\0"');
  assert.equal(decode(`${good}\n***\n`, true), 'values.txt:2: not base64');
  assert.equal(decode(`${good}\n\naGVsbG8=\n`, true), 'values.txt:3: the value does not begin with "k8s\\0"');
  assert.equal(
    decode(encodeObject(namespace).subarray(0, 30), false),
    'values.txt: the bytes end within a value',
  );
  assert.equal(encode(' '), 'pods.json: no object');
  assert.equal(encode('{"kind":"Pod"}'), 'pods.json: an object needs apiVersion and kind');
  assert.equal(
    encode('{"apiVersion":"v1","kind":"Poud"}'),
    'pods.json: no kind "Poud" is registered for version "v1"',
  );
  assert.equal(
    encode('{"apiVersion":"v1","kind":"Pod"}\n{"apiVersion":"v1","kind":"Pod",}'),
    "pods.json:2: invalid character '}' looking for beginning of object key string",
  );
  assert.equal(
    encode('{"apiVersion":"v1","kind":"Pod","spec":{"container":[]}}'),
    'pods.json: unknown field "spec.container"',
  );
  assert.equal(
    encode('{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{"pg8s.io/wire":{}}}'),
    'pods.json: "pg8s.io/wire" is no list',
  );
  assert.match(encode('kind: Pod\nspec: [\n'), /^pods\.json:\d+: /);
});
