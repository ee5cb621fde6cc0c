import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns, type Steps } from './in-turns.ts';

function* busyFor(ms: number): Steps<string> {
  const startedMs = performance.now();
  let stepMs = startedMs;
  while (performance.now() - startedMs < ms) {
    if (performance.now() - stepMs < 1) continue;
    yield;
    stepMs = performance.now();
  }
  return 'done';
}

test('others have their turns while work goes on', async () => {
  let turns = 0;
  const turn = () => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  assert.equal(await inTurns(busyFor(120)), 'done');
  clearImmediate(next);
  assert.ok(turns >= 2, `${turns} turns`);
});

test('work that takes too long is given up', async () => {
  await assert.rejects(inTurns(busyFor(10_000), 30), /takes too long to validate/);
});

test('what the work throws is thrown', async () => {
  function* failing(): Steps<string> {
    yield;
    throw new TypeError('wrong');
  }
  await assert.rejects(inTurns(failing()), /wrong/);
});
