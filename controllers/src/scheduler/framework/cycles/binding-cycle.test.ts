import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../runtime/client/resource.ts';
import { until } from '../../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../../runtime/testing/test-context.ts';
import { SchedulingQueue } from '../../queue/scheduling-queue.ts';
import { clusterOf, makeNode, makePod, requesting } from '../../testing/cluster.ts';
import type { Plugin } from '../plugin.ts';
import { Profile } from '../profile.ts';
import { errorStatus, Status, unschedulable } from '../status.ts';
import { WaitingPods } from '../waiting-pods.ts';
import { BindingCycle } from './binding-cycle.ts';
import { FailureHandler } from './failure-handler.ts';
import { RequestLimit } from './request-limit.ts';
import { SchedulingCycle } from './scheduling-cycle.ts';

const waits = new Status('Wait');

/**
 * Runs both cycles for one Pod on a cluster of one node, with these plugins, and notes what they are asked.
 */
async function scheduled(plugin: Partial<Plugin>, pod: Pod = makePod()) {
  const calls: string[] = [];
  const noting: Plugin = {
    name: 'Noting',
    less: () => false,
    reserve: () => (calls.push('reserve'), undefined),
    unreserve: () => void calls.push('unreserve'),
    permit: () => ({ status: undefined }),
    preBindPreFlight: () => undefined,
    preBind: () => (calls.push('preBind'), Promise.resolve(undefined)),
    bind: () => (calls.push('bind'), Promise.resolve(undefined)),
    postBind: () => void calls.push('postBind'),
    eventsToRegister: () => [],
    ...plugin,
  };
  const { client, clock, log } = createTestContext();
  const profile = new Profile('default-scheduler', [{ plugin: noting }]);
  const clusterState = clusterOf([makeNode('a')]);
  const queue = new SchedulingQueue({ profile, clock, log });
  const waitingPods = new WaitingPods(clock);
  const requests = new RequestLimit(1);
  const recorder = {
    event: (_about: unknown, { reason, message }: { reason: string; message: string }) =>
      void calls.push(`${reason}: ${message}`),
    flush: () => Promise.resolve(),
    stop: () => undefined,
  };
  const shared = { client, clock, log, queue, clusterState, requests, recorder, profile, waitingPods };
  const failureHandler = new FailureHandler({ ...shared, currentPod: () => pod });
  queue.add(pod);
  const queued = (await queue.pop())!;
  const sources = { ...shared, snapshot: clusterState, random: () => 0, failureHandler };
  const cycle = new SchedulingCycle(sources, pod);
  const result = cycle.run();
  const { state } = cycle;
  const binding = new BindingCycle(sources, { queued, pod, nodeName: 'a', state });
  return { ...sources, calls, pod, result, binding, waitingPods };
}

const assigned = ({ metadata }: Pod): string =>
  `Scheduled: Successfully assigned ${metadata.namespace}/${metadata.name} to a`;

test('a Pod passes every point in order', async () => {
  const { calls, pod, binding, clusterState, queue } = await scheduled({});
  assert.equal(clusterState.isAssumed(pod), true);
  await binding.run();
  assert.deepEqual(calls, ['reserve', 'preBind', 'bind', assigned(pod), 'postBind']);
  assert.equal(clusterState.isAssumed(pod), true, 'until an informer shows it');
  assert.equal(queue.counts().inFlight, 0);
});

test('preBind is left out where there is nothing to do', async () => {
  const { calls, pod, binding } = await scheduled({ preBindPreFlight: () => new Status('Skip') });
  await binding.run();
  assert.deepEqual(calls, ['reserve', 'bind', assigned(pod), 'postBind']);
});

test('a Pod that reserve or permit rejects has no node', async () => {
  const no = unschedulable('no');
  for (const plugin of [{ reserve: () => no }, { permit: () => ({ status: no }) }]) {
    const { calls, pod, result, clusterState } = await scheduled(plugin);
    assert.equal(result.status?.message, '0/1 nodes are available: 1 no.');
    assert.equal(result.status.code, 'Unschedulable');
    assert.equal(calls.at(-1), 'unreserve');
    assert.equal(clusterState.isAssumed(pod), false);
  }
  const broken = await scheduled({ reserve: () => errorStatus(new Error('broken')) });
  assert.equal(broken.result.status?.message, 'running Reserve plugin "Noting": broken');
  assert.equal(broken.result.status.code, 'Error');
  const permit = (): never => {
    throw new Error('thrown');
  };
  const thrown = await scheduled({ permit });
  assert.deepEqual([thrown.result.status?.code, thrown.result.status?.message], ['Error', 'thrown']);
  assert.deepEqual(thrown.calls, ['reserve', 'unreserve']);
});

test('a Pod that permit holds back is bound when it is allowed', async () => {
  const { calls, pod, binding, waitingPods } = await scheduled({
    permit: () => ({ status: waits, timeoutMs: 60_000 }),
  });
  const ended = binding.run();
  assert.deepEqual(waitingPods.pendingPlugins(pod), ['Noting']);
  assert.deepEqual(calls, ['reserve']);
  waitingPods.allow(pod, 'Noting');
  await ended;
  assert.equal(calls.at(-1), 'postBind');
});

test('a Pod that permit holds back too long returns to the queue as rejected', async () => {
  const { calls, binding, queue, clock, clusterState, pod } = await scheduled({
    permit: () => ({ status: waits, timeoutMs: 5_000 }),
  });
  const ended = binding.run();
  await (clock as unknown as { advance(ms: number): Promise<void> }).advance(5_000);
  await ended;
  const reason = 'rejected due to timeout after waiting 5s at plugin Noting';
  assert.deepEqual(calls, [
    'reserve',
    'unreserve',
    `FailedScheduling: 0/1 nodes are available: 1 ${reason}.`,
  ]);
  assert.equal(queue.counts().unschedulable, 1);
  assert.equal(clusterState.isAssumed(pod), false);
});

test('a binding that fails gives everything back, is told, and is tried again', async () => {
  const cases: [Partial<Plugin>, string][] = [
    [
      { preBind: () => Promise.resolve(errorStatus(new Error('broken'))) },
      'running PreBind plugin "Noting": broken',
    ],
    [
      { bind: () => Promise.resolve(errorStatus(new Error('broken'))) },
      'running Bind plugin "Noting": broken',
    ],
    [{ bind: () => Promise.reject(new Error('thrown')) }, 'thrown'],
  ];
  for (const [plugin, message] of cases) {
    const { calls, pod, binding, queue, clusterState } = await scheduled(plugin, requesting({ cpu: '1' }));
    await binding.run();
    assert.deepEqual(calls.slice(-2), ['unreserve', `FailedScheduling: ${message}`]);
    assert.equal(queue.counts().backoff, 1);
    assert.equal(clusterState.isAssumed(pod), false);
    assert.equal(clusterState.node('a')!.pods.size, 0);
  }
});

test('a binding that is aborted while it waits gives everything back and says nothing', async () => {
  const { calls, binding, queue } = await scheduled({
    preBind: (_state, _pod, _node, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(errorStatus(new Error('context canceled'))));
      }),
  });
  const ended = binding.run();
  binding.abort();
  await ended;
  assert.deepEqual(calls, ['reserve', 'unreserve']);
  assert.equal(queue.counts().backoff, 0);
});

test('a limited number of requests is under way', async () => {
  const limit = new RequestLimit(1);
  const request = Promise.withResolvers<string>();
  const tracked = limit.track(request.promise);
  assert.equal(limit.isFull, true);
  let hasRoom = false;
  void limit.hasRoom().then(() => {
    hasRoom = true;
  });
  request.resolve('answer');
  assert.equal(await tracked, 'answer');
  await until('there is room', () => hasRoom);
  const failing = limit.track(Promise.reject(new Error('failed')));
  await assert.rejects(failing, /failed/);
  await limit.ended();
  assert.equal(limit.isFull, false);
});
