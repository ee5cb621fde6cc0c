import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { FakeClock } from '../storage/testing/fake-clock.ts';
import { RecheckQueue } from './recheck-queue.ts';

function queueOf(check: (key: string) => Promise<boolean>) {
  const clock = new FakeClock();
  const ending = new AbortController();
  const queue = new RecheckQueue({
    check,
    intervalMs: 30_000,
    firstRetryMs: 5,
    clock,
    signal: ending.signal,
  });
  return { queue, clock, ending };
}

test('what is well is checked again after a while, what fails sooner, later each time', async () => {
  const times: number[] = [];
  let isWell = true;
  const { queue, clock, ending } = queueOf(async () => {
    times.push(clock.now());
    return isWell;
  });
  const start = clock.now();
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let count = 0; count < 5; count++) await turn();
  };
  await queue.add('a');
  await advance(30_000);
  isWell = false;
  await advance(30_000);
  await advance(5);
  await advance(10);
  await advance(20);
  assert.deepEqual(
    times.map((time) => time - start),
    [0, 30_000, 60_000, 60_005, 60_015, 60_035],
  );
  queue.remove('a');
  await advance(60_000);
  assert.equal(times.length, 6);
  ending.abort();
});

test('a change during a check has it made once more', async () => {
  const held = Promise.withResolvers<boolean>();
  let checks = 0;
  const { queue, ending } = queueOf(() => {
    checks++;
    return checks === 1 ? held.promise : Promise.resolve(true);
  });
  const first = queue.add('a');
  await turn();
  await queue.add('a');
  await queue.add('a');
  assert.equal(checks, 1);
  held.resolve(true);
  await first;
  assert.equal(checks, 2);
  ending.abort();
  await queue.add('b');
  assert.equal(checks, 2);
});
