import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import type { Pod } from '../../runtime/client/resource.ts';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import { Action, assignedPodAdd, assignedPodDelete, on } from '../framework/events/cluster-event.ts';
import type { Plugin } from '../framework/plugin.ts';
import { Profile } from '../framework/profile.ts';
import { prioritySort } from '../plugins/priority-sort/priority-sort.ts';
import { schedulingGates } from '../plugins/scheduling-gates/scheduling-gates.ts';
import type { QueuedPod } from './queued-pod.ts';
import { noNodes } from './queueing-hints.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const pod = (name: string, priority = 0): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name },
    spec: { containers: [], priority },
  }) as unknown as Pod;

const nodeAdd = { resource: 'Node', action: Action.add } as const;
const claimAdd = { resource: 'PersistentVolumeClaim', action: Action.add } as const;

/** Plugins that reject Pods, each with the events that help against it. */
const rejecting: readonly Plugin[] = [
  { name: 'ByNode', filter: () => undefined, eventsToRegister: () => [on('Node', Action.add)] },
  {
    name: 'Room',
    filter: () => undefined,
    eventsToRegister: () => [on('Node', Action.add), on('Pod', Action.delete)],
  },
  {
    name: 'Claim',
    filter: () => undefined,
    eventsToRegister: () => [on('PersistentVolumeClaim', Action.add)],
  },
  {
    name: 'Friend',
    filter: () => undefined,
    eventsToRegister: () => [on('Node', Action.add), on('Pod', Action.add)],
  },
  {
    name: 'Picky',
    filter: () => undefined,
    eventsToRegister: () => [
      on('Node', Action.add, (_pod, _before, after) =>
        after?.metadata.name === 'good' ? 'Queue' : 'QueueSkip',
      ),
      on('Pod', Action.updatePodToleration, (waiting, _before, after) =>
        waiting.metadata.uid === after?.metadata.uid ? 'Queue' : 'QueueSkip',
      ),
    ],
  },
  {
    name: 'Failing',
    filter: () => undefined,
    eventsToRegister: () => [
      on('Node', Action.add, () => {
        throw new Error('hint');
      }),
    ],
  },
];

function createQueue(clock = new FakeClock()) {
  const plugins = [prioritySort, schedulingGates, ...rejecting];
  const profile = new Profile(
    'default-scheduler',
    plugins.map((plugin) => ({ plugin })),
  );
  const queue = new SchedulingQueue({ profile, clock, log: pino({ level: 'silent' }) });
  return {
    queue,
    clock,
    reject: (queued: QueuedPod, ...plugins: string[]): void =>
      queue.returnPod(queued, {
        unschedulablePlugins: new Set(plugins),
        pendingPlugins: new Set(),
      }),
    async takeName(): Promise<string | undefined> {
      return (await queue.pop())?.pod.metadata.name;
    },
  };
}

test('higher priority first, then arrival', async () => {
  const { queue, takeName } = createQueue();
  for (const one of [pod('a'), pod('b'), pod('high', 10)]) queue.add(one);
  assert.deepEqual([await takeName(), await takeName(), await takeName()], ['high', 'a', 'b']);
});

test('a rejected Pod waits for an event, then out its backoff', async () => {
  const { queue, clock, reject } = createQueue();
  queue.add(pod('a'));
  reject((await queue.pop())!, 'ByNode');
  assert.equal(queue.counts().unschedulable, 1);
  await clock.advance(20_000);
  assert.equal(queue.counts().unschedulable, 1, 'time alone does not help');
  queue.move(nodeAdd, {});
  assert.equal(queue.counts().active, 1, 'the backoff is over long since');
  reject((await queue.pop())!, 'ByNode');
  queue.move(nodeAdd, {});
  assert.equal(queue.counts().backoff, 1, 'too soon: the second failure waits two seconds');
  await clock.advance(1_999);
  assert.equal(queue.counts().backoff, 1);
  await clock.advance(1);
  assert.equal(queue.counts().active, 1);
});

test('after five minutes it is tried again, whatever happened', async () => {
  const { queue, clock, reject } = createQueue();
  queue.add(pod('a'));
  reject((await queue.pop())!, 'ByNode');
  await clock.advance(5 * 60 * 1000);
  assert.equal(queue.counts().active, 1);
});

test('an event while the Pod is scheduled is not lost', async () => {
  const { queue, reject } = createQueue();
  queue.add(pod('a'));
  const taken = (await queue.pop())!;
  queue.move(nodeAdd, {});
  reject(taken, 'ByNode');
  assert.equal(queue.counts().backoff, 1);
});

test('a change of its own while the Pod is scheduled is not lost', async () => {
  const { queue, reject } = createQueue();
  queue.add(pod('a'));
  const taken = (await queue.pop())!;
  const after = { ...pod('a'), spec: { ...pod('a').spec!, tolerations: [{ operator: 'Exists' }] } };
  queue.update(pod('a'), after);
  reject(taken, 'Picky');
  assert.equal(queue.counts().backoff, 1);
  assert.deepEqual(taken.pod, after);
});

test('a removed Pod is gone from wherever it waited, and close releases the taker', async () => {
  const { queue, clock } = createQueue();
  queue.add(pod('a'));
  queue.delete(pod('a'));
  const waiting = queue.pop();
  queue.add(pod('b'));
  const b = (await waiting)!;
  assert.equal(b.pod.metadata.name, 'b');
  queue.returnPod(b, { unschedulablePlugins: new Set(), pendingPlugins: new Set() });
  assert.equal(queue.counts().backoff, 1);
  queue.delete(b.pod);
  await clock.advance(60_000);
  assert.deepEqual(queue.counts(), { active: 0, backoff: 0, unschedulable: 0, inFlight: 0 });
  const last = queue.pop();
  queue.close();
  assert.equal(await last, undefined);
});

test('only what an event may help is moved by it', async () => {
  const { queue, clock, reject } = createQueue();
  const rejectors: Record<string, string> = { room: 'Room', claim: 'Claim', friend: 'Friend' };
  for (const [name, plugin] of Object.entries(rejectors)) {
    queue.add(pod(name));
    reject((await queue.pop())!, plugin);
  }
  await clock.advance(60_000);
  const moved = async (event: Parameters<typeof queue.move>[0]): Promise<string[]> => {
    queue.move(event, {});
    const names: string[] = [];
    while (queue.counts().active > 0) {
      const one = (await queue.pop())!;
      names.push(one.pod.metadata.name!);
      reject(one, rejectors[one.pod.metadata.name!]!);
      await clock.advance(10_000);
    }
    return names.sort();
  };
  assert.deepEqual(await moved(assignedPodAdd), ['friend']);
  assert.deepEqual(await moved(claimAdd), ['claim']);
  assert.deepEqual(await moved(assignedPodDelete), ['room']);
  assert.deepEqual(await moved(nodeAdd), ['friend', 'room']);
});

test('an event that could not help does not outdate a rejection', async () => {
  const { queue, reject } = createQueue();
  queue.add(pod('a'));
  const taken = (await queue.pop())!;
  queue.move(assignedPodAdd, {});
  reject(taken, 'ByNode');
  assert.equal(queue.counts().unschedulable, 1);
});

test('a hint decides by the object; one that fails counts as helpful', async () => {
  const { queue, clock, reject } = createQueue();
  for (const [name, plugin] of [
    ['picky', 'Picky'],
    ['failing', 'Failing'],
  ] as const) {
    queue.add(pod(name));
    reject((await queue.pop())!, plugin);
  }
  await clock.advance(10_000);
  const after = (name: string) => ({ after: { apiVersion: 'v1', kind: 'Node', metadata: { name } } });
  queue.move(nodeAdd, after('bad'));
  assert.equal((await queue.pop())?.pod.metadata.name, 'failing');
  assert.equal(queue.counts().active, 0);
  queue.move(nodeAdd, after('good'), () => false);
  assert.equal(queue.counts().active, 0, 'it was left out');
  queue.move(nodeAdd, after('good'));
  assert.equal((await queue.pop())?.pod.metadata.name, 'picky');
});

test('a Pod that waits for something begun skips its backoff', async () => {
  const { queue } = createQueue();
  queue.add(pod('a'));
  const rejectors = { unschedulablePlugins: new Set(['ByNode']), pendingPlugins: new Set(['ByNode']) };
  queue.returnPod((await queue.pop())!, rejectors);
  queue.move(nodeAdd, {});
  assert.equal(queue.counts().active, 1);
});

test('a Pod that nobody rejected backs off by itself, longer with every error in a row', async () => {
  const { queue, clock } = createQueue();
  queue.add(pod('a'));
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    queue.returnPod((await queue.pop())!, { unschedulablePlugins: new Set(), pendingPlugins: new Set() });
    await clock.advance(seconds * 1000 - 1);
    assert.equal(queue.counts().backoff, 1, `${seconds} s`);
    await clock.advance(1);
    assert.equal(queue.counts().active, 1, `${seconds} s`);
  }
});

test('a Pod that found no node at all waits for any', async () => {
  const { queue, clock, reject } = createQueue();
  queue.add(pod('a'));
  reject((await queue.pop())!, noNodes);
  await clock.advance(10_000);
  queue.move(assignedPodDelete, {});
  assert.equal(queue.counts().unschedulable, 1);
  queue.move(nodeAdd, {});
  assert.equal(queue.counts().active, 1);
});

test('a gated Pod is not in the queue until its gates are gone', async () => {
  const { queue, takeName } = createQueue();
  const gated: Pod = { ...pod('a'), spec: { ...pod('a').spec!, schedulingGates: [{ name: 'g' }] } };
  queue.add(gated);
  assert.deepEqual(queue.counts(), { active: 0, backoff: 0, unschedulable: 1, inFlight: 0 });
  queue.move(nodeAdd, {});
  queue.update(gated, { ...gated, metadata: { ...gated.metadata, labels: { a: 'b' } } });
  assert.equal(queue.counts().unschedulable, 1);
  queue.update(gated, pod('a'));
  assert.equal(await takeName(), 'a');
});

test('a changed priority moves a Pod in the queue', async () => {
  const { queue, takeName } = createQueue();
  for (const one of [pod('a', 1), pod('b', 2)]) queue.add(one);
  queue.update(pod('a', 1), pod('a', 3));
  assert.deepEqual([await takeName(), await takeName()], ['a', 'b']);
});

test('ten thousand Pods come and go in any order, without a walk over all for each', async () => {
  const { queue } = createQueue();
  const all = Array.from({ length: 10_000 }, (_, index) => pod(`p${index}`, index % 7));
  for (const one of all) queue.add(one);
  for (const one of all) if (one.metadata.name!.endsWith('3')) queue.delete(one);
  const taken: string[] = [];
  while (queue.counts().active > 0) {
    const one = (await queue.pop())!;
    taken.push(one.pod.metadata.name!);
    queue.delete(one.pod);
    if (taken.length > 50) break;
  }
  const expected = all
    .filter(({ metadata, spec }) => spec!.priority === 6 && !metadata.name!.endsWith('3'))
    .slice(0, taken.length)
    .map(({ metadata }) => metadata.name!);
  assert.deepEqual(taken, expected);
});
