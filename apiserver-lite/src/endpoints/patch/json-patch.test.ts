import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch, readJsonPatch } from './json-patch.ts';

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
      { op: 'replace', path: '/none', value: 1 },
      'replace operation does not apply: doc is missing key: /none: missing value',
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
    [
      { op: 'copy', from: '/z', path: '/y' },
      "error in copy for from: 'z': unable to get nonexistent key: z: missing value",
    ],
    [{ op: 'fly', path: '/a' }, 'Unexpected kind: fly'],
    [{ op: 'add' }, 'add operation failed to decode path: missing value'],
  ];
  for (const [operation, message] of cases) {
    assert.throws(() => patched(operation), { name: 'PatchError', message });
  }
});

test('unknown fields of operations are reported', () => {
  assert.deepEqual(readJsonPatch([{ op: 'test', path: '/a', foo: 1 }]).strictErrors, [
    'json patch unknown field "[0].foo"',
  ]);
});

test('a prototype is only a name', () => {
  const result = patched({ op: 'add', path: '/__proto__', value: { polluted: true } });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.deepEqual(Object.keys(result), ['a', 'list', 'nothing', '__proto__']);
});
