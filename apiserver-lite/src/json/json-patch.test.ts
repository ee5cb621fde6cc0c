import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonStrict } from '@pg8s/k8s-proto/conform/parse-json-strict';
import { readJsonPatch } from '../endpoints/patch/read-json-patch.ts';
import { applyJsonPatch } from './json-patch.ts';
import { PatchError } from './patch-error.ts';

const document = () => ({ a: { b: 1, 'c/d': 2, 'e~f': 3 }, list: ['x', 'y'], nothing: null });

const patched = (...operations: object[]) => applyJsonPatch(document(), readJsonPatch(operations).operations);

test('every operation', () => {
  const cases: [object, object][] = [
    [
      { op: 'add', path: '/new', value: 1 },
      { ...document(), new: 1 },
    ],
    [
      { op: 'add', path: '/list/1', value: 'n' },
      { ...document(), list: ['x', 'n', 'y'] },
    ],
    [
      { op: 'add', path: '/list/-', value: 'n' },
      { ...document(), list: ['x', 'y', 'n'] },
    ],
    [
      { op: 'remove', path: '/list/0' },
      { ...document(), list: ['y'] },
    ],
    [
      { op: 'remove', path: '/list/-1' },
      { ...document(), list: ['x'] },
    ],
    [
      { op: 'replace', path: '/a/c~1d', value: 9 },
      { ...document(), a: { ...document().a, 'c/d': 9 } },
    ],
    [
      { op: 'replace', path: '/nothing', value: 9 },
      { ...document(), nothing: 9 },
    ],
    [
      { op: 'copy', from: '/a/e~0f', path: '/n' },
      { ...document(), n: 3 },
    ],
    [
      { op: 'move', from: '/list/1', path: '/list/0' },
      { ...document(), list: ['y', 'x'] },
    ],
    [{ op: 'test', path: '/a/b', value: 1 }, document()],
    [{ op: 'test', path: '/nothing', value: null }, document()],
  ];
  for (const [operation, expected] of cases) {
    assert.deepEqual(patched(operation), expected, JSON.stringify(operation));
  }
});

test('what can not be done', () => {
  const cases: [object, string][] = [
    [
      { op: 'replace', path: '/list/7', value: 1 },
      'replace operation does not apply: doc is missing key: /list/7: missing value',
    ],
    [{ op: 'test', path: '/none', value: 1 }, 'testing value /none failed: test failed'],
    [
      { op: 'move', from: '/none', path: '/a' },
      "error in move for path: '/none': Unable to remove nonexistent key: none: missing value",
    ],
    [
      { op: 'add', path: '/x/y', value: 1 },
      'add operation does not apply: doc is missing path: "/x/y": missing value',
    ],
    [
      { op: 'remove', path: '/a/x' },
      "error in remove for path: '/a/x': Unable to remove nonexistent key: x: missing value",
    ],
    [
      { op: 'add', path: '/list/7', value: 1 },
      "error in add for path: '/list/7': Unable to access invalid index: 7: invalid index referenced",
    ],
    [{ op: 'test', path: '/a/b', value: 2 }, 'testing value /a/b failed: test failed'],
    [{ op: 'fly', path: '/a' }, 'Unexpected kind: fly'],
    [{ op: 'add' }, 'add operation failed to decode path: missing value'],
  ];
  for (const [operation, message] of cases) {
    assert.throws(() => patched(operation), { name: 'PatchError', message });
  }
});

test('a member that is not there is null, but for removing it', () => {
  assert.equal(patched({ op: 'replace', path: '/none', value: 1 })['none'], 1);
  assert.equal(patched({ op: 'copy', from: '/z', path: '/y' })['y'], null);
  patched({ op: 'test', path: '/none', value: null }, { op: 'test', path: '/none' });
});

test('what comes before the first slash of a path does not count', () => {
  assert.equal(patched({ op: 'add', path: 'anything/new', value: 1 })['new'], 1);
});

test('unknown fields of operations are reported', () => {
  assert.deepEqual(readJsonPatch([{ op: 'test', path: '/a', foo: 1 }]).strictErrors, [
    'json patch unknown field "[0].foo"',
  ]);
});

test('a prototype is only a name', () => {
  const result = patched({ op: 'add', path: '/__proto__', value: { polluted: true } });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.deepEqual(Object.keys(result), ['__proto__', 'a', 'list', 'nothing']);
});

test('what copies add up to is limited, and so are the steps of a patch', () => {
  const copies = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/a', path: `/a/k${index}` }));
  assert.throws(() => patched(...copies), /^PatchError: Unable to complete the copy, the accumulated size/);

  // Three copies of 1 MiB of JSON are what is allowed.
  const value = 'y'.repeat(1024 * 1024 - 2);
  const three = ['/b', '/c', '/d'].map((path) => ({ op: 'copy', from: '/x', path }));
  const add = (text: string) => ({ op: 'add', path: '/x', value: text });
  assert.equal(Object.keys(patched(add(value), ...three)).length, 7);
  assert.throws(() => patched(add(`${value}y`), ...three), PatchError);

  const list = { op: 'add', path: '/list', value: Array.from({ length: 1_000_000 }, () => 0) };
  const shifts = Array.from({ length: 9000 }, () => ({ op: 'add', path: '/list/0', value: 1 }));
  assert.throws(() => patched(list, ...shifts), PatchError);
  const removals = Array.from({ length: 9000 }, () => ({ op: 'remove', path: '/list/0' }));
  assert.throws(() => patched(list, ...removals), PatchError);
  const map = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 0]));
  const tests = Array.from({ length: 9000 }, () => ({ op: 'test', path: '/a', value: map }));
  assert.throws(() => patched({ op: 'replace', path: '/a', value: map }, ...tests), PatchError);
});

test('moves cost nothing, and can not nest a document without end', () => {
  const moves = Array.from({ length: 3000 }, () => [
    { op: 'add', path: '/n', value: {} },
    { op: 'move', from: '/a', path: '/n/a' },
    { op: 'move', from: '/n', path: '/a' },
  ]).flat();
  assert.throws(() => patched(...moves), /exceeded max depth/);
});

test('numbers are compared as they are written', () => {
  const operations = readJsonPatch(
    parseJsonStrict(
      '[{"op":"add","path":"/n","value":1.0},{"op":"copy","from":"/n","path":"/m"},{"op":"test","path":"/m","value":1.0}]',
    ).value,
  ).operations;
  assert.equal(JSON.stringify(applyJsonPatch({}, operations)), '{"m":1.0,"n":1.0}');
  const other = readJsonPatch(parseJsonStrict('[{"op":"test","path":"/n","value":1.0}]').value).operations;
  assert.throws(() => applyJsonPatch({ n: 1 }, other), /test failed/);
});
