import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../runtime/client/resource.ts';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import type { Change } from '../framework/cycles/scheduling-algorithm.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const pod = (name: string, priority = 0): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name },
    spec: { containers: [], priority },
  }) as unknown as Pod;

const byNode: ReadonlySet<Change> = new Set(['node']);

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
  queue.fail((await queue.take())!, byNode);
  assert.equal(queue.counts().unschedulable, 1);
  await clock.advance(20_000);
  assert.equal(queue.counts().unschedulable, 1, 'time alone does not help');
  queue.move('node');
  assert.equal(queue.counts().active, 1, 'the backoff is over long since');
  queue.fail((await queue.take())!, byNode);
  queue.move('node');
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
  queue.fail((await queue.take())!, byNode);
  await clock.advance(5 * 60 * 1000);
  assert.equal(queue.counts().active, 1);
});

test('a change while the Pod is in hand is not lost', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  queue.set(pod('a'), true);
  const taken = (await queue.take())!;
  queue.move('node');
  queue.fail(taken, byNode);
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

test('only what a change may help is moved by it', async () => {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock);
  const wants: [string, Change[]][] = [
    ['room', ['node', 'pod gone']],
    ['claim', ['storage']],
    ['friend', ['node', 'pod placed']],
  ];
  for (const [name, helpedBy] of wants) {
    queue.set(pod(name), true);
    queue.fail((await queue.take())!, new Set(helpedBy));
  }
  await clock.advance(60_000);
  const moved = async (change: Change): Promise<string[]> => {
    queue.move(change);
    const names: string[] = [];
    while (queue.counts().active > 0) {
      const one = (await queue.take())!;
      names.push(one.metadata.name!);
      queue.fail(one, new Set(wants.find(([name]) => name === one.metadata.name)![1]));
      await clock.advance(10_000);
    }
    return names.sort();
  };
  assert.deepEqual(await moved('pod placed'), ['friend']);
  assert.deepEqual(await moved('storage'), ['claim']);
  assert.deepEqual(await moved('pod gone'), ['room']);
  assert.deepEqual(await moved('node'), ['friend', 'room']);
});

test('a change that could not help does not outdate a failure', async () => {
  const queue = new SchedulingQueue(new FakeClock());
  queue.set(pod('a'), true);
  const taken = (await queue.take())!;
  queue.move('pod placed');
  queue.fail(taken, byNode);
  assert.equal(queue.counts().unschedulable, 1);
});

test('ten thousand Pods come and go in any order, without a walk over all for each', async () => {
  const queue = new SchedulingQueue(new FakeClock());
  const all = Array.from({ length: 10_000 }, (_, index) => pod(`p${index}`, index % 7));
  for (const one of all) queue.set(one, true);
  for (const one of all) if (one.metadata.name!.endsWith('3')) queue.remove(one);
  const taken: string[] = [];
  while (queue.counts().active > 0) {
    const one = (await queue.take())!;
    taken.push(one.metadata.name!);
    queue.remove(one);
    if (taken.length > 50) break;
  }
  const expected = all
    .filter(({ metadata, spec }) => spec!.priority === 6 && !metadata.name!.endsWith('3'))
    .slice(0, taken.length)
    .map(({ metadata }) => metadata.name!);
  assert.deepEqual(taken, expected);
});
