import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../runtime/api-error.ts';
import { events, type Node, nodes, type Pod, pods } from '../runtime/resource.ts';
import { until } from '../runtime/testing/fake-clock.ts';
import { createTestContext } from '../runtime/testing/test-context.ts';
import { createScheduler } from './scheduler.ts';

const node = (name: string, allocatable: object = { cpu: '4', memory: '8Gi', pods: '110' }): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable },
  }) as Node;

const pod = (name: string, spec: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'i' }], ...spec },
  }) as Pod;

async function running() {
  const context = createTestContext('default-scheduler');
  const scheduler = createScheduler(context);
  context.informers.start();
  await context.informers.synced();
  scheduler.start();
  const placeOf = async (name: string) =>
    (await context.client.get(pods, { namespace: 'default', name })).spec?.nodeName;
  return {
    context,
    placeOf,
    async end() {
      await scheduler.stop();
      await context.recorder.flush();
      context.informers.stop();
    },
  };
}

test('binds Pods, spreads what has room for one each, and says so', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a', { cpu: '1', pods: '110' }));
  await context.client.create(nodes, node('b', { cpu: '1', pods: '110' }));
  const greedy = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] };
  await context.client.create(pods, pod('one', greedy));
  await context.client.create(pods, pod('two', greedy));
  const bindings = () => context.api.requests.filter(({ subresource }) => subresource === 'binding').length;
  await until('both bound', () => bindings() === 2);
  assert.deepEqual([await placeOf('one'), await placeOf('two')].sort(), ['a', 'b']);
  await end();
  const said = (await context.client.list(events)).items;
  assert.match(said[0]!.message ?? '', /^Successfully assigned default\/(one|two) to [ab]$/);
  assert.equal(said[0]!.reason, 'Scheduled');
});

test('an unschedulable Pod gets its condition and event, and a node when there is one', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(pods, pod('early'));
  const statusPatches = () =>
    context.api.requests.filter(({ subresource }) => subresource === 'status').length;
  await until('condition', () => statusPatches() === 1);
  const early = await context.client.get(pods, { namespace: 'default', name: 'early' });
  const [condition] = early.status?.conditions ?? [];
  assert.equal(condition?.type, 'PodScheduled');
  assert.equal(condition.status, 'False');
  assert.equal(condition.reason, 'Unschedulable');
  assert.equal(condition.message, 'no nodes available to schedule pods');
  await context.client.create(nodes, node('late'));
  await context.clock.advance(10_000);
  await until('bound', () => context.api.requests.some(({ subresource }) => subresource === 'binding'));
  assert.equal(await placeOf('early'), 'late');
  await end();
  assert.ok((await context.client.list(events)).items.some(({ reason }) => reason === 'FailedScheduling'));
});

test('leaves alone what is gated, finished or of another scheduler', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a'));
  await context.client.create(pods, pod('other', { schedulerName: 'mine' }));
  await context.client.create(pods, pod('gated', { schedulingGates: [{ name: 'wait' }] }));
  await context.client.create(pods, pod('plain'));
  await until('bound', () => context.api.requests.some(({ subresource }) => subresource === 'binding'));
  assert.equal(await placeOf('plain'), 'a');
  assert.equal(await placeOf('other'), undefined);
  assert.equal(await placeOf('gated'), undefined);
  await end();
});

test('a binding that fails gives the room back and is tried again', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a', { cpu: '1', pods: '110' }));
  let failures = 1;
  context.api.before(({ subresource }) => {
    if (subresource === 'binding' && failures-- > 0) throw new ApiError(500, { reason: 'InternalError' });
  });
  await context.client.create(
    pods,
    pod('p', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] }),
  );
  const bindings = () => context.api.requests.filter(({ subresource }) => subresource === 'binding').length;
  await until('refused', () => bindings() === 1);
  await context.clock.advance(10_000);
  await until('bound', () => bindings() === 2);
  assert.equal(await placeOf('p'), 'a');
  await end();
});
