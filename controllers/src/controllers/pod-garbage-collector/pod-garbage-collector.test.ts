import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import { nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { PodGarbageCollector } from './pod-garbage-collector.ts';

async function cluster(t: NodeTest, settings = { terminatedPodGcThreshold: 12_500 }) {
  const context = createTestContext();
  const { api, clock, informers } = context;
  api.register(nodes, pods);
  const collector = new PodGarbageCollector(context, { settings });
  informers.start();
  await informers.synced();
  const seen: Pod[] = [];
  context.informers.of(pods).addHandler({ update: (_, pod) => seen.push(pod) });
  collector.start();
  t.after(async () => {
    informers.stop();
    await collector.stop();
  });
  return {
    api,
    clock,
    seen,
    join: (name: string) =>
      api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} }),
    run: (name: string, nodeName?: string, status: object = { phase: 'Running' }, metadata: object = {}) =>
      api.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ...metadata },
        spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
        status,
      } as never),
    names: () =>
      api
        .all(pods)
        .map(({ metadata }) => metadata.name)
        .sort(),
  };
}

test('Pods of a deleted Node fail and go 40 s later, those of others stay', async (t) => {
  const { api, clock, seen, join, run, names } = await cluster(t);
  await join('node-1');
  await join('node-2');
  await run('lost', 'node-2');
  await run('done', 'node-2', { phase: 'Succeeded' });
  await run('kept', 'node-1');
  await run('waiting');
  await clock.advance(61_000);
  await api.delete(nodes, { name: 'node-2' });
  await clock.advance(39_000);
  assert.deepEqual(names(), ['done', 'kept', 'lost', 'waiting']);
  await clock.advance(2_000);
  assert.deepEqual(names(), ['kept', 'waiting']);
  const failed = seen.find(({ metadata, status }) => metadata.name === 'lost' && status?.phase === 'Failed');
  const condition = failed?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  assert.deepEqual(
    [condition?.status, condition?.reason, condition?.message],
    ['True', 'DeletionByPodGC', 'PodGC: node no longer exists'],
  );
});

test('Pods of a Node that never was go within a minute, and not when it comes after all', async (t) => {
  const { clock, join, run, names } = await cluster(t);
  await run('orphan', 'nowhere');
  await run('early', 'soon');
  await clock.advance(30_000);
  await join('soon');
  await clock.advance(30_000);
  assert.deepEqual(names(), ['early']);
  await clock.advance(120_000);
  assert.deepEqual(names(), ['early']);
});

test('a Node that is back before the end of the quarantine keeps its Pods', async (t) => {
  const { api, clock, join, run, names } = await cluster(t);
  await join('node-1');
  await run('web', 'node-1');
  await clock.advance(1000);
  await api.delete(nodes, { name: 'node-1' });
  await clock.advance(10_000);
  await join('node-1');
  await clock.advance(120_000);
  assert.deepEqual(names(), ['web']);
});

test('what goes and never was anywhere is gone, and so is what goes on a Node out of service', async (t) => {
  const { api, clock, join, run, names } = await cluster(t);
  await join('node-1');
  const finalizers = ['example.com/hold'];
  await run('unscheduled', undefined, { phase: 'Pending' }, { finalizers });
  await run('hanging', 'node-1');
  for (const name of ['unscheduled', 'hanging']) await api.delete(pods, { namespace: 'default', name });
  await api.patch(pods, {
    namespace: 'default',
    name: 'unscheduled',
    type: 'merge',
    body: { metadata: { finalizers: [], deletionGracePeriodSeconds: 30 } },
  });
  await clock.advance(21_000);
  assert.deepEqual(names(), ['hanging']);
  const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
  await api.patch(nodes, { name: 'node-1', type: 'merge', body: { spec: { taints } } });
  await clock.advance(21_000);
  assert.deepEqual(names(), []);
});

test('of Pods that ended, evicted and old ones go beyond the threshold', async (t) => {
  const { clock, run, names } = await cluster(t, { terminatedPodGcThreshold: 2 });
  await run('a-oldest', 'node-1', { phase: 'Succeeded' });
  await clock.advance(1000);
  await run('b-newer', 'node-1', { phase: 'Failed' });
  await clock.advance(1000);
  await run('c-newest', 'node-1', { phase: 'Succeeded' });
  await run('d-evicted', 'node-1', { phase: 'Failed', reason: 'Evicted' });
  await clock.advance(19_000);
  assert.deepEqual(names(), ['b-newer', 'c-newest']);
});
