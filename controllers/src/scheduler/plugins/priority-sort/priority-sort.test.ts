import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePod } from '../../testing/cluster.ts';
import { prioritySort } from './priority-sort.ts';

test('less: higher priority first, then the earlier', () => {
  const pod = (priority: number | undefined, timestampMs: number) => ({
    pod: makePod(priority === undefined ? {} : { priority }),
    timestampMs,
  });
  const cases: [ReturnType<typeof pod>, ReturnType<typeof pod>, boolean][] = [
    [pod(1, 2), pod(0, 1), true],
    [pod(0, 1), pod(1, 2), false],
    [pod(undefined, 1), pod(0, 2), true],
    [pod(0, 2), pod(undefined, 1), false],
    [pod(5, 1), pod(5, 1), false],
    [pod(-1, 1), pod(undefined, 2), false],
  ];
  for (const [one, other, expected] of cases) assert.equal(prioritySort.less(one, other), expected);
});
