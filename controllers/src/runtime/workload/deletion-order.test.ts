import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../client/resource.ts';
import { now, pod } from '../testing/shaped-pod.ts';
import { choosePodsToDelete } from './deletion-order.ts';

test('who is deleted first', () => {
  const ready = { readyFor: 1000 };
  const table: [rule: string, first: Pod, second: Pod][] = [
    ['unassigned', pod('b', { node: '', phase: 'Pending' }), pod('a', { phase: 'Pending' })],
    ['pending before unknown', pod('b', { phase: 'Pending' }), pod('a', { phase: 'Unknown' })],
    ['unknown before running', pod('b', { phase: 'Unknown' }), pod('a')],
    ['not ready', pod('b'), pod('a', ready)],
    ['lower cost', pod('b', { ...ready, cost: '-5' }), pod('a', ready)],
    ['higher cost stays', pod('b', ready), pod('a', { ...ready, cost: '3' })],
    [
      'a cost that is no number is none',
      pod('b', { ...ready, cost: '-1' }),
      pod('a', { ...ready, cost: '+9' }),
    ],
    ['ready for much shorter', pod('b', { readyFor: 10 }), pod('a', { readyFor: 3000 })],
    ['ready for about as long: by uid', pod('a', { readyFor: 3000 }), pod('b', { readyFor: 2900 })],
    ['more restarts', pod('b', { ...ready, restarts: 3 }), pod('a', ready)],
    ['much younger', pod('b', { ...ready, age: 60 }), pod('a', { ...ready, age: 90_000 })],
  ];
  for (const [rule, first, second] of table) {
    assert.deepEqual(choosePodsToDelete([second, first], [], 1, now), [first], rule);
    assert.deepEqual(choosePodsToDelete([first, second], [], 1, now), [first], `${rule}, turned round`);
  }
});

test('the node with more Pods of the family gives first', () => {
  const mine = [pod('a', { node: 'n1', readyFor: 1000 }), pod('b', { node: 'n2', readyFor: 1000 })];
  const relatives = [...mine, pod('c', { node: 'n2', readyFor: 9 })];
  assert.deepEqual(
    choosePodsToDelete(mine, relatives, 1, now).map(({ metadata }) => metadata.name),
    ['b'],
  );
});
