import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHistory } from './check-history.ts';
import type { Change, Operation } from './history.ts';

const changes: Change[] = [
  { revision: 2, key: 'a', value: '1' },
  { revision: 3, key: 'a', value: '2' },
  { revision: 3, key: 'b', value: '2' },
];

const write = (values: Record<string, string>, revision: number, times: [number, number]): Operation => ({
  kind: 'write',
  writes: new Map(Object.entries(values)),
  revision,
  calledAt: times[0],
  returnedAt: times[1],
});
const read = (values: Record<string, string>, revision: number, times: [number, number]): Operation => ({
  kind: 'read',
  values: new Map(Object.entries(values)),
  revision,
  calledAt: times[0],
  returnedAt: times[1],
});

const writes = [write({ a: '1' }, 2, [0, 10]), write({ a: '2', b: '2' }, 3, [5, 20])];

test('a good history', () => {
  assert.deepEqual(
    checkHistory(changes, [...writes, read({ a: '1' }, 2, [6, 12]), read({ a: '2', b: '2' }, 3, [21, 22])]),
    [],
  );
});

test('an unanswered write may be there or not', () => {
  const unanswered = write({ a: '2', b: '2' }, 0, [5, Infinity]);
  assert.deepEqual(checkHistory(changes, [writes[0] as Operation, unanswered]), []);
  assert.deepEqual(checkHistory(changes, [...writes, write({ a: '9' }, 0, [5, Infinity])]), []);
});

const bad: [name: string, changes: Change[], operations: Operation[], complaint: RegExp][] = [
  ['a hole', [changes[0] as Change, { revision: 4, key: 'a', value: '2' }], [], /revision 4 follows 2/],
  [
    'a lost write',
    changes,
    [...writes, write({ c: '3' }, 4, [30, 31])],
    /acknowledged in revision 4, found in undefined/,
  ],
  ['a doubled write', [...changes, { revision: 4, key: 'a', value: '1' }], writes, /twice/],
  ['a torn write', changes.slice(0, 2), writes, /its keys are in revisions 3, /],
  [
    'a write nobody asked for',
    [...changes, { revision: 4, key: 'z', value: '1' }],
    writes,
    /4 changes, but 3 were/,
  ],
  [
    'a stale read',
    changes,
    [...writes, read({ a: '1' }, 2, [21, 22])],
    /a read at revision 2 after an answer of revision 3/,
  ],
  ['a torn read', changes, [...writes, read({ a: '2' }, 3, [21, 22])], /there was a=2 b=2, read a=2/],
  ['a read of what is not yet', changes, [...writes, read({}, 9, [21, 22])], /does not exist/],
  [
    'writes against the order of time',
    changes,
    [write({ a: '1' }, 2, [25, 30]), write({ a: '2', b: '2' }, 3, [5, 20])],
    /a write at revision 2 after an answer of revision 3/,
  ],
  [
    'a condition that did not hold',
    changes,
    [
      writes[0] as Operation,
      { ...(writes[1] as Operation & { kind: 'write' }), expected: { key: 'a', value: '0' } },
    ],
    /though a was not 0/,
  ],
];

for (const [name, wrong, operations, complaint] of bad) {
  test(`found: ${name}`, () => {
    assert.match(checkHistory(wrong, operations).join('\n'), complaint);
  });
}
