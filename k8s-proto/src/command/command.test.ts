import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeObject } from '../envelope.ts';
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
  assert.match(encode('kind: Pod\nspec: [\n'), /^pods\.json:\d+: /);
});
