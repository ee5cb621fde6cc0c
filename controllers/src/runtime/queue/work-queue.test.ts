import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { exponentialBackoff, tokenBucket } from './rate-limiter.ts';
import { WorkQueue } from './work-queue.ts';

test('a key is held by one worker, and a change during the work is not lost', async () => {
  const queue = new WorkQueue({ clock: new FakeClock() });
  queue.add('a');
  queue.add('a');
  assert.equal(queue.length, 1);
  assert.equal(await queue.get(), 'a');
  queue.add('a');
  assert.equal(queue.length, 0, 'dirty, but not given to anybody else');
  queue.done('a');
  assert.equal(queue.length, 1);
  assert.equal(await queue.get(), 'a');
  queue.done('a');
  assert.equal(queue.length, 0);
});

test('keys come in order to workers that wait', async () => {
  const queue = new WorkQueue({ clock: new FakeClock() });
  const first = queue.get();
  const second = queue.get();
  queue.add('a');
  queue.add('b');
  assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
});

test('of several delays the earliest counts', async () => {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock });
  queue.addAfter('a', 500);
  queue.addAfter('a', 100);
  queue.addAfter('a', 900);
  await clock.advance(99);
  assert.equal(queue.length, 0);
  await clock.advance(1);
  assert.equal(queue.length, 1);
  assert.equal(clock.timers, 0);
});

test('failures of a key back off exponentially until it is forgotten', () => {
  const limiter = exponentialBackoff(5, 1_000_000);
  assert.deepEqual([limiter.when('a'), limiter.when('a'), limiter.when('a')], [5, 10, 20]);
  assert.equal(limiter.when('b'), 5);
  for (let attempt = 0; attempt < 40; attempt++) limiter.when('a');
  assert.equal(limiter.when('a'), 1_000_000);
  limiter.forget('a');
  assert.equal(limiter.failures('a'), 0);
  assert.equal(limiter.when('a'), 5);
});

test('the bucket lets a burst through and then spaces', async () => {
  const clock = new FakeClock();
  const bucket = tokenBucket(10, 3, clock);
  assert.deepEqual([bucket.when('a'), bucket.when('b'), bucket.when('c')], [0, 0, 0]);
  assert.equal(bucket.when('d'), 100);
  assert.equal(bucket.when('e'), 200);
  await clock.advance(1000);
  assert.equal(bucket.when('f'), 0);
});

test('shutting down drains: what waits is worked on, what is delayed is dropped, nothing is added', async () => {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock });
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 10);
  assert.equal(await queue.get(), 'a');
  let drained = false;
  const draining = queue.shutDownWithDrain().then(() => {
    drained = true;
  });
  queue.add('d');
  queue.done('a');
  await settle();
  assert.equal(drained, false);
  assert.equal(await queue.get(), 'b');
  const idle = queue.get();
  queue.done('b');
  await draining;
  assert.equal(await idle, undefined);
  assert.equal(await queue.get(), undefined);
  assert.equal(clock.timers, 0);
});
