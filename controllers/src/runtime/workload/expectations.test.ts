import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Expectations } from './expectations.ts';
import { slowStart } from './slow-start.ts';
import { FakeClock } from '../testing/fake-clock.ts';

test('expectations are open until everything was seen, or patience ends', async () => {
  const clock = new FakeClock();
  const expectations = new Expectations(clock);
  assert.equal(expectations.satisfied('a'), true);
  expectations.expectCreations('a', 2);
  expectations.creationObserved('a');
  assert.equal(expectations.satisfied('a'), false);
  expectations.creationObserved('a');
  assert.equal(expectations.satisfied('a'), true);

  expectations.expectDeletions('a', ['u1', 'u2']);
  expectations.deletionObserved('a', 'u1');
  expectations.deletionObserved('a', 'u1');
  assert.equal(expectations.satisfied('a'), false, 'one deletion seen twice is one deletion');
  await clock.advance(300_001);
  assert.equal(expectations.satisfied('a'), true);
});

test('slow start doubles its batches and stops after the first that fails', async () => {
  let running = 0;
  const sizes: number[] = [];
  const run = (failAt: number) =>
    slowStart(20, async (index) => {
      running += 1;
      await Promise.resolve();
      if (running > 0) sizes.push(running);
      running = 0;
      if (index === failAt) throw new Error('quota');
    });
  assert.deepEqual(await run(-1), { succeeded: 20, error: undefined });
  assert.deepEqual(sizes, [1, 2, 4, 8, 5]);
  const failed = await run(4);
  assert.equal(failed.succeeded, 6);
  assert.match(String(failed.error), /quota/);
});
