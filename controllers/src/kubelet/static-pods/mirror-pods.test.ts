import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import { ApiError } from '../../runtime/client/api-error.ts';
import { events, type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext, type TestContext } from '../../runtime/testing/test-context.ts';
import { MirrorPods } from './mirror-pods.ts';
import type { StaticPod } from './static-pod.ts';

const namespace = 'kube-system';
const at = { namespace, name: 'etcd-node-1' };

function staticPod(
  name: string,
  problem: StaticPod['problem'] = () => Promise.resolve(undefined),
): StaticPod {
  return {
    name,
    image: 'pg8s:1',
    command: ['pg8s', name],
    requests: { cpu: '100m' },
    folders: { data: '/data' },
    problem,
  };
}

async function start(t: NodeTest, parts: readonly StaticPod[], context: TestContext = createTestContext()) {
  const { api, clock } = context;
  api.register(nodes, pods, events);
  const begun = Promise.withResolvers<void>();
  const worker = new MirrorPods(context, { nodeName: 'node-1', pods: parts, begin: begun.promise });
  worker.start();
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await worker.stop();
  };
  t.after(stop);
  const status = { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] };
  return {
    api,
    clock,
    stop,
    begin: () => begun.resolve(),
    join: () =>
      api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status } as never),
    names: () =>
      api
        .all(pods)
        .map(({ metadata }) => metadata.name)
        .sort(),
    pod: (name = 'etcd-node-1') => api.all(pods).find(({ metadata }) => metadata.name === name),
  };
}

const statusOf = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];
const ready = (pod: Pod | undefined) => pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

test('static Pods are shown as a kubelet shows them, once the node is there and it may begin', async (t) => {
  const { api, clock, begin, join, names, pod } = await start(t, [
    staticPod('etcd'),
    staticPod('kube-scheduler'),
  ]);
  await clock.advance(60_000);
  assert.deepEqual(api.requests, [], 'nothing is sent before it may begin');
  begin();
  await clock.advance(1000);
  assert.deepEqual(names(), []);
  const node: Node = await join();
  await until('both', () => ready(pod()) === 'True' && ready(pod('kube-scheduler-node-1')) === 'True');
  const { metadata, spec, status } = pod()!;
  const hash = metadata.annotations?.['kubernetes.io/config.hash'] ?? '';
  assert.match(hash, /^[0-9a-f]{32}$/);
  assert.deepEqual(metadata.annotations, {
    'kubernetes.io/config.hash': hash,
    'kubernetes.io/config.mirror': hash,
    'kubernetes.io/config.seen': '2026-01-01T00:00:00.000000000Z',
    'kubernetes.io/config.source': 'file',
  });
  assert.deepEqual(metadata.labels, { component: 'etcd', tier: 'control-plane' });
  assert.deepEqual(metadata.ownerReferences, [
    { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: node.metadata.uid, controller: true },
  ]);
  assert.equal(spec?.nodeName, 'node-1');
  assert.equal(spec.hostNetwork, true);
  assert.equal(spec.priorityClassName, 'system-node-critical');
  assert.deepEqual(spec.containers[0]?.command, ['pg8s', 'etcd']);
  assert.equal(status?.phase, 'Running');
  assert.equal(status.podIP, '10.0.0.1');
  assert.deepEqual(
    status.conditions?.map(({ type, status: is }) => `${type}=${is}`),
    [
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ],
  );
  const container = statusOf(pod());
  assert.match(container?.containerID ?? '', /^pg8s:\/\/[0-9a-f]{64}$/);
  assert.equal(container?.restartCount, 0);

  const writes = () => api.requests.filter(({ verb }) => verb === 'patch' || verb === 'create').length;
  const before = writes();
  await clock.advance(300_000);
  assert.equal(writes(), before, 'what does not change is not written');
});

test('readiness follows the health of the part', async (t) => {
  let problem: string | undefined;
  const { api, clock, begin, join, pod } = await start(t, [
    staticPod('etcd', () => Promise.resolve(problem)),
    staticPod('kube-scheduler', () => Promise.reject(new Error('no answer'))),
  ]);
  await join();
  begin();
  await until('ready', () => ready(pod()) === 'True');
  await until('not ready', () => ready(pod('kube-scheduler-node-1')) === 'False');
  problem = 'HTTP probe failed with statuscode: 503';
  await clock.advance(10_000);
  await until('not ready', () => ready(pod()) === 'False');
  const condition = pod()?.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(condition?.reason, 'ContainersNotReady');
  assert.equal(condition?.message, 'containers with unready status: [etcd]');
  assert.equal(statusOf(pod())?.ready, false);
  await until('told', () =>
    api.all(events).some(({ message }) => message === `Readiness probe failed: ${problem}`),
  );
  problem = undefined;
  await clock.advance(10_000);
  await until('ready again', () => ready(pod()) === 'True');
});

test('a mirror Pod that is deleted comes back, others of the node go, and Pods of people stay', async (t) => {
  const { api, clock, begin, join, names, pod } = await start(t, [staticPod('etcd')]);
  await join();
  const make = (name: string, annotations: Record<string, string>) =>
    api.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, annotations },
      spec: { nodeName: 'node-1', containers: [] },
    });
  await make('kube-proxy-node-1', { 'kubernetes.io/config.mirror': 'abc' });
  await make('web', {});
  begin();
  await until('shown', () => ready(pod()) === 'True');
  await until('only those', () => names().join() === 'etcd-node-1,web');
  const { uid } = pod()!.metadata;
  await api.delete(pods, at);
  await until('another', () => pod() !== undefined && pod()?.metadata.uid !== uid && ready(pod()) === 'True');
  assert.equal(statusOf(pod())?.restartCount, 0, 'the part itself went on');

  // Its node registers anew.
  const before = pod()?.metadata.uid;
  await api.delete(nodes, { name: 'node-1' });
  const node = await join();
  await until('of the new node', () => pod()?.metadata.ownerReferences?.[0]?.uid === node.metadata.uid);
  assert.notEqual(pod()?.metadata.uid, before);
  await clock.advance(0);
});

test('a new start is a restart of the container, another command is another Pod', async (t) => {
  const first = await start(t, [staticPod('etcd')]);
  await first.join();
  first.begin();
  await until('shown', () => ready(first.pod()) === 'True');
  await first.stop();
  const { uid } = first.pod()!.metadata;
  const { containerID } = statusOf(first.pod())!;
  const again = createTestContext();
  const shared = { ...again, api: first.api, client: first.api };
  // Informers of the second start follow the same API.
  const { Informers } = await import('../../runtime/cache/informers.ts');
  const renewed = () => ({ ...shared, informers: new Informers({ client: first.api, clock: again.clock }) });
  const second = await start(t, [staticPod('etcd')], renewed() as TestContext);
  second.begin();
  await until('restarted', () => statusOf(second.pod())?.restartCount === 1);
  assert.equal(second.pod()?.metadata.uid, uid);
  assert.equal(statusOf(second.pod())?.lastState?.terminated?.containerID, containerID);
  await second.stop();

  const third = await start(
    t,
    [{ ...staticPod('etcd'), command: ['pg8s', 'etcd', '--x'] }],
    renewed() as TestContext,
  );
  third.begin();
  await until('another', () => third.pod()?.metadata.uid !== uid && ready(third.pod()) === 'True');
  assert.equal(statusOf(third.pod())?.restartCount, 0);
});

test('it goes on after refusals', async (t) => {
  const { api, clock, begin, join, pod } = await start(t, [staticPod('etcd')]);
  let refusals = 3;
  api.before(({ verb, resource }) => {
    if (verb === 'create' && resource === 'pods' && refusals-- > 0)
      throw new ApiError(500, { message: 'busy' });
  });
  await join();
  begin();
  await clock.advance(5000);
  await until('shown', () => ready(pod()) === 'True');
});
