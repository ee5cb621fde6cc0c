import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLinearizable, type RegisterOperation } from './register-checker.ts';

const write = (wrote: string, calledAt: number, returnedAt: number): RegisterOperation => ({
  wrote,
  calledAt,
  returnedAt,
});
const read = (value: string | undefined, calledAt: number, returnedAt: number): RegisterOperation => ({
  saw: { value },
  calledAt,
  returnedAt,
});
const swap = (value: string, wrote: string, times: [number, number]): RegisterOperation => ({
  saw: { value },
  wrote,
  calledAt: times[0],
  returnedAt: times[1],
});

const cases: [name: string, linearizable: boolean, operations: RegisterOperation[]][] = [
  ['nothing', true, []],
  ['one after the other', true, [read(undefined, 0, 1), write('a', 2, 3), read('a', 4, 5)]],
  ['a stale read', false, [write('a', 0, 1), write('b', 2, 3), read('a', 4, 5)]],
  [
    'a read that overlaps a write sees either',
    true,
    [write('a', 0, 1), write('b', 2, 9), read('a', 3, 4), read('b', 5, 6)],
  ],
  [
    'but not the old after the new',
    false,
    [write('a', 0, 1), write('b', 2, 9), read('b', 3, 4), read('a', 5, 6)],
  ],
  ['a lost write', false, [write('a', 0, 1), read(undefined, 2, 3)]],
  ['a value from nowhere', false, [write('a', 0, 1), read('z', 2, 3)]],
  [
    'an unanswered write that is seen later',
    true,
    [write('a', 0, Infinity), read(undefined, 1, 2), read('a', 3, 4)],
  ],
  ['or never', true, [write('a', 0, Infinity), read(undefined, 1, 2), read(undefined, 3, 4)]],
  ['but it does not vanish again', false, [write('a', 0, Infinity), read('a', 1, 2), read(undefined, 3, 4)]],
  ['nor is it seen before it was asked for', false, [read('a', 0, 1), write('a', 2, Infinity)]],
  ['two swaps of one value', false, [write('a', 0, 1), swap('a', 'b', [2, 5]), swap('a', 'c', [2, 5])]],
  [
    'two swaps in a row',
    true,
    [write('a', 0, 1), swap('a', 'b', [2, 5]), swap('b', 'c', [2, 5]), read('c', 6, 7)],
  ],
  [
    'four writes at once, read in an order that contradicts time',
    false,
    [write('a', 0, 9), write('b', 0, 9), write('c', 0, 9), read('a', 1, 2), read('b', 3, 4), read('a', 5, 6)],
  ],
];

for (const [name, expected, operations] of cases) {
  test(`${name}: ${expected ? 'possible' : 'impossible'}`, () => {
    assert.equal(isLinearizable(operations), expected);
  });
}

test('a long history of eight clients is checked quickly', () => {
  const operations: RegisterOperation[] = [];
  for (let i = 0; i < 20_000; i++) operations.push(write(`${i}`, i, i + 8));
  operations.push(read('19999', 20_010, 20_011));
  assert.equal(isLinearizable(operations), true);
});
