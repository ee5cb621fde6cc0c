import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../runtime/resource.ts';
import { FakeClock } from '../runtime/testing/fake-clock.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const pod = (name: string, priority = 0): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name },
    spec: { containers: [], priority },
  }) as unknown as Pod;

async function takeName(queue: SchedulingQueue): Promise<string | undefined> {
  return (await queue.take())?.metadata.name;
}

test('higher priority first, then arrival', async () => {
  const queue = new SchedulingQueue(new FakeClock());
  for (const one of [pod('a'), pod('b'), pod('high', 10)]) queue.set(one, true);
  assert.deepEqual([await takeName(queue), await takeName(queue), await takeName(queue)], ['high', 'a', 'b']);
});

test('a failed Pod waits for a change, then out its backoff', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  queue.set(pod('a'), true);
  queue.fail((await queue.take())!);
  assert.equal(queue.counts().unschedulable, 1);
  await clock.advance(20_000);
  assert.equal(queue.counts().unschedulable, 1, 'time alone does not help');
  queue.moveAll();
  assert.equal(queue.counts().active, 1, 'the backoff is over long since');
  queue.fail((await queue.take())!);
  queue.moveAll();
  assert.equal(queue.counts().backoff, 1, 'too soon: the second failure waits two seconds');
  await clock.advance(1_999);
  assert.equal(queue.counts().backoff, 1);
  await clock.advance(1);
  assert.equal(queue.counts().active, 1);
});

test('after five minutes it is tried again, whatever happened', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  queue.set(pod('a'), true);
  queue.fail((await queue.take())!);
  await clock.advance(5 * 60 * 1000);
  assert.equal(queue.counts().active, 1);
});

test('a change while the Pod is in hand is not lost', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  queue.set(pod('a'), true);
  const taken = (await queue.take())!;
  queue.moveAll();
  queue.fail(taken);
  assert.equal(queue.counts().backoff, 1);
});

test('a removed Pod is gone from wherever it waited, and close releases the taker', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  queue.set(pod('a'), true);
  queue.remove(pod('a'));
  const waiting = queue.take();
  queue.set(pod('b'), true);
  const b = (await waiting)!;
  assert.equal(b.metadata.name, 'b');
  queue.retry(b);
  queue.remove(b);
  await clock.advance(60_000);
  assert.deepEqual(queue.counts(), { active: 0, backoff: 0, unschedulable: 0, 'in hand': 0 });
  const last = queue.take();
  queue.close();
  assert.equal(await last, undefined);
});
