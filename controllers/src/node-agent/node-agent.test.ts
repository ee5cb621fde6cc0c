import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventRecorder } from '../runtime/event-recorder.ts';
import { Informers } from '../runtime/informers.ts';
import { events, leases, nodes, type Pod, pods } from '../runtime/resource.ts';
import { settle } from '../runtime/testing/fake-clock.ts';
import { createTestContext, type TestContext } from '../runtime/testing/test-context.ts';
import type { ContainerStatus } from './container-status.ts';
import { startNodeAgent } from './node-agent.ts';

interface Setting {
  context: TestContext;
  create(name: string, spec?: object, metadata?: object): Promise<void>;
  get(name: string): Promise<Pod>;
  status(name: string, container?: string): Promise<ContainerStatus>;
  /** Reasons and messages about an object, in order. */
  said(name: string): Promise<string[]>;
  condition(
    name: string,
    type: string,
  ): Promise<{ status: string; reason?: string; message?: string } | undefined>;
  restartAgent(): Promise<void>;
  end(): Promise<void>;
}

async function setting(): Promise<Setting> {
  const context = createTestContext('kubelet');
  const start = () => {
    const { client, clock } = context;
    const own = {
      ...context,
      informers: new Informers({ client, clock }),
      recorder: createEventRecorder({
        client,
        clock,
        log: context.log,
        component: 'kubelet',
        host: 'node-1',
      }),
    };
    return startNodeAgent(own, {
      name: 'node-1',
      index: 0,
      kubeletVersion: 'v1.36.0',
      delays: { pullMs: 100, startMs: 50 },
    });
  };
  let agent = start();
  await agent.ready;
  const get = (name: string) => context.client.get(pods, { namespace: 'default', name });
  return {
    context,
    get,
    async create(name, spec = {}, metadata = {}) {
      await context.client.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ...metadata },
        spec: {
          nodeName: 'node-1',
          restartPolicy: 'Always',
          containers: [{ name: 'web', image: 'nginx:1' }],
          ...spec,
        },
      } as Pod);
      await settle(10);
    },
    async status(name, container = 'web') {
      const { status } = await get(name);
      const all = [
        ...(status?.containerStatuses ?? []),
        ...(status?.initContainerStatuses ?? []),
      ] as unknown as ContainerStatus[];
      return all.find((one) => one.name === container)!;
    },
    async said(name) {
      await settle(10);
      const { items } = await context.client.list(events);
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`);
    },
    async condition(name, type) {
      return (await get(name)).status?.conditions?.find((one) => one.type === type);
    },
    async restartAgent() {
      await agent.stop();
      agent = start();
      await agent.ready;
      await settle(10);
    },
    async end() {
      await agent.stop();
    },
  };
}

test('registers a ready Node with a Lease, and keeps both alive', async () => {
  const { context, end } = await setting();
  const node = await context.client.get(nodes, { name: 'node-1' });
  assert.deepEqual(
    node.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    [
      'MemoryPressure=False KubeletHasSufficientMemory',
      'DiskPressure=False KubeletHasNoDiskPressure',
      'PIDPressure=False KubeletHasSufficientPID',
      'Ready=True KubeletReady',
    ],
  );
  assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'node-1');
  const ref = { namespace: 'kube-node-lease', name: 'node-1' };
  const before = (await context.client.get(leases, ref)).spec?.renewTime;
  await context.clock.advance(11_000);
  const lease = await context.client.get(leases, ref);
  assert.notEqual(lease.spec?.renewTime, before);
  assert.equal(lease.spec?.leaseDurationSeconds, 40);

  await context.client.delete(nodes, { name: 'node-1' });
  await context.clock.advance(11_000);
  assert.equal(
    (await context.client.get(nodes, { name: 'node-1' })).status?.conditions?.length,
    4,
    'registered again',
  );
  await context.client.patch(nodes, {
    name: 'node-1',
    type: 'merge',
    body: { metadata: { annotations: { 'simulate.pg8s.dev/ready': 'false' } } },
  });
  await settle(10);
  const unready = (await context.client.get(nodes, { name: 'node-1' })).status?.conditions?.find(
    ({ type }) => type === 'Ready',
  );
  assert.equal(unready?.status, 'False');
  await end();
});

test('brings a Pod to Running, step by step, and says so', async () => {
  const { context, create, get, status, said, condition, end } = await setting();
  await create('p');
  let pod = await get('p');
  assert.equal(pod.status?.phase, 'Pending');
  assert.deepEqual((await status('p')).state, { waiting: { reason: 'ContainerCreating' } });
  assert.equal((await condition('p', 'Ready'))?.message, 'containers with unready status: [web]');
  await context.clock.advance(200);
  pod = await get('p');
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(pod.status?.podIP, '10.244.0.2');
  assert.equal(pod.status?.hostIP, '10.89.0.1');
  const web = await status('p');
  assert.deepEqual(web.state, { running: { startedAt: '2026-01-01T00:00:00Z' } });
  assert.equal(web.ready, true);
  assert.equal(web.started, true);
  assert.equal(web.image, 'docker.io/library/nginx:1');
  assert.match(web.imageID, /^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/);
  assert.match(web.containerID!, /^containerd:\/\/[0-9a-f]{64}$/);
  for (const type of [
    'PodReadyToStartContainers',
    'Initialized',
    'Ready',
    'ContainersReady',
    'PodScheduled',
  ]) {
    const found = await condition('p', type);
    assert.equal(found?.status, 'True', type);
    assert.equal(found.reason, undefined, `${type} has still a reason`);
    assert.equal(found.message, undefined, `${type} has still a message`);
  }
  const told = await said('p');
  assert.deepEqual(
    told.map((line) => line.split(':')[0]),
    ['Pulling', 'Pulled', 'Created', 'Started'],
  );
  assert.match(
    told[1]!,
    /^Pulled: Successfully pulled image "nginx:1" in 100ms \(100ms including waiting\)\. Image size: \d+ bytes\.$/,
  );
  const writes = context.api.requests.filter(({ subresource }) => subresource === 'status').length;
  await context.clock.advance(60_000);
  const later = context.api.requests.filter(
    ({ subresource, resource }) => subresource === 'status' && resource === 'pods',
  ).length;
  assert.equal(later, writes - 1, 'a Pod at rest is not written (one of the writes was the Node)');
  await end();
});

test('init containers run one after the other, sidecars stay', async () => {
  const { context, create, get, status, condition, end } = await setting();
  await create('p', {
    initContainers: [
      { name: 'first', image: 'busybox', command: ['sleep', '2'] },
      { name: 'side', image: 'busybox', restartPolicy: 'Always' },
    ],
  });
  await context.clock.advance(1_000);
  assert.ok((await status('p', 'first')).state.running);
  assert.equal((await status('p', 'side')).state.waiting?.reason, 'PodInitializing');
  assert.equal(
    (await condition('p', 'Initialized'))?.message,
    'containers with incomplete status: [first side]',
  );
  await context.clock.advance(5_000);
  assert.equal((await get('p')).status?.phase, 'Running');
  assert.equal((await status('p', 'first')).state.terminated?.reason, 'Completed');
  assert.ok((await status('p', 'side')).state.running);
  await end();
});

test('a container that ends is started again, the second time with backoff', async () => {
  const { context, create, get, status, said, end } = await setting();
  await create('p', {}, { annotations: { 'simulate.pg8s.dev/exit-code': '3' } });
  await context.clock.advance(1_000);
  const crashed = await status('p');
  assert.equal(crashed.state.waiting?.reason, 'CrashLoopBackOff');
  assert.match(
    crashed.state.waiting?.message ?? '',
    /^back-off 10s restarting failed container=web pod=p_default\(.*\)$/,
  );
  assert.equal(crashed.lastState.terminated?.exitCode, 3);
  assert.equal(crashed.lastState.terminated?.reason, 'Error');
  assert.equal(crashed.ready, false);
  assert.equal((await get('p')).status?.phase, 'Running');
  assert.ok(
    (await said('p')).some((line) =>
      line.startsWith('BackOff: Back-off restarting failed container web in pod p_default('),
    ),
  );
  const { restartCount } = crashed;
  await context.clock.advance(11_000);
  assert.ok((await status('p')).restartCount > restartCount);

  await context.client.patch(pods, {
    namespace: 'default',
    name: 'p',
    type: 'merge',
    body: { metadata: { annotations: null } },
  });
  await context.clock.advance(40_000);
  assert.ok((await status('p')).state.running, 'told to stay, it stays');
  await end();
});

test('without restarts it has succeeded or failed', async () => {
  const { context, create, get, condition, end } = await setting();
  await create('good', {
    restartPolicy: 'Never',
    containers: [{ name: 'web', image: 'b', command: ['sh', '-c', 'exit 0'] }],
  });
  await create('bad', {
    restartPolicy: 'Never',
    containers: [{ name: 'web', image: 'b', command: ['false'] }],
  });
  await create('late', { restartPolicy: 'Never', activeDeadlineSeconds: 5 });
  await create(
    'job',
    { restartPolicy: 'OnFailure' },
    { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }] },
  );
  await context.clock.advance(10_000);
  assert.equal((await get('good')).status?.phase, 'Succeeded');
  assert.equal((await condition('good', 'Ready'))?.reason, 'PodCompleted');
  assert.equal((await get('bad')).status?.phase, 'Failed');
  assert.equal((await get('late')).status?.phase, 'Failed');
  assert.equal((await get('late')).status?.reason, 'DeadlineExceeded');
  assert.equal((await get('job')).status?.phase, 'Succeeded');
  await end();
});

test('images that cannot be had', async () => {
  const { context, create, status, said, end } = await setting();
  await create('gone', {}, { annotations: { 'simulate.pg8s.dev/image-pull': 'fail' } });
  await create('never', { containers: [{ name: 'web', image: 'nginx:2', imagePullPolicy: 'Never' }] });
  await create('wrong', { containers: [{ name: 'web', image: 'UPPER:case' }] });
  await context.clock.advance(1_000);
  assert.equal((await status('gone')).state.waiting?.reason, 'ErrImagePull');
  assert.equal((await status('never')).state.waiting?.reason, 'ErrImageNeverPull');
  assert.equal((await status('wrong')).state.waiting?.reason, 'InvalidImageName');
  await context.clock.advance(10_200);
  assert.equal((await status('gone')).state.waiting?.reason, 'ImagePullBackOff');
  assert.ok((await said('gone')).includes('Failed: Error: ErrImagePull'));
  await end();
});

test('probes: readiness waits its delay, and fails when told; a failing liveness probe restarts', async () => {
  const { context, create, status, said, end } = await setting();
  await create('slow', {
    containers: [{ name: 'web', image: 'n', readinessProbe: { initialDelaySeconds: 5 } }],
  });
  await context.clock.advance(4_000);
  assert.equal((await status('slow')).ready, false);
  await context.clock.advance(2_000);
  assert.equal((await status('slow')).ready, true);
  const probed = {
    containers: [
      {
        name: 'web',
        image: 'n',
        readinessProbe: {},
        livenessProbe: { periodSeconds: 2, failureThreshold: 2 },
      },
    ],
  };
  await create('unready', probed, { annotations: { 'simulate.pg8s.dev/readiness': 'fail' } });
  await create('dying', probed, { annotations: { 'simulate.pg8s.dev/liveness': 'fail' } });
  await context.clock.advance(3_000);
  assert.equal((await status('unready')).ready, false);
  assert.ok((await said('unready')).includes('Unhealthy: Readiness probe failed: simulated failure'));
  assert.ok((await status('dying')).restartCount > 0);
  assert.ok(
    (await said('dying')).includes('Killing: Container web failed liveness probe, will be restarted'),
  );
  await end();
});

test('deletes gracefully: containers end, then the Pod leaves the store', async () => {
  const { context, create, get, said, end } = await setting();
  await create('p', {
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'web', image: 'n', lifecycle: { preStop: { sleep: { seconds: 3 } } } }],
  });
  await context.clock.advance(1_000);
  await context.client.delete(pods, { namespace: 'default', name: 'p' });
  await context.clock.advance(1_000);
  assert.notEqual((await get('p')).metadata.deletionTimestamp, undefined);
  assert.ok((await said('p')).includes('Killing: Stopping container web'));
  await context.clock.advance(3_000);
  await assert.rejects(get('p'), /not found/);
  await create('q');
  await end();
});

test('an agent that comes back goes on where it was', async () => {
  const { context, create, status, get, restartAgent, end } = await setting();
  await create('p');
  await context.clock.advance(1_000);
  const before = await status('p');
  const { podIP } = (await get('p')).status!;
  await restartAgent();
  await context.clock.advance(5_000);
  assert.deepEqual(await status('p'), before);
  await create('q');
  await context.clock.advance(1_000);
  assert.notEqual((await get('q')).status!.podIP, podIP);
  await end();
});

test('another image in the spec replaces the container', async () => {
  const { context, create, status, end } = await setting();
  await create('p');
  await context.clock.advance(1_000);
  await context.client.patch(pods, {
    namespace: 'default',
    name: 'p',
    type: 'strategic',
    body: { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } },
  });
  await context.clock.advance(1_000);
  const web = await status('p');
  assert.equal(web.image, 'docker.io/library/nginx:2');
  assert.equal(web.restartCount, 1);
  assert.ok(web.state.running);
  await end();
});
