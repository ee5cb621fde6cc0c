import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventRecorder } from '../runtime/events/event-recorder.ts';
import { Informers } from '../runtime/cache/informers.ts';
import {
  type ConfigMap,
  configMaps,
  events,
  leases,
  nodes,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  pods,
} from '../runtime/client/resource.ts';
import { settle } from '../runtime/testing/fake-clock.ts';
import { createTestContext, type TestContext } from '../runtime/testing/test-context.ts';
import type { ContainerStatus } from './containers/container-status.ts';
import { Kubelet } from './kubelet.ts';

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
  restartKubelet(): Promise<void>;
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
    const kubelet = new Kubelet(own, {
      name: 'node-1',
      index: 0,
      kubeletVersion: 'v1.36.0',
      delays: { pullMs: 100, startMs: 50 },
    });
    kubelet.start();
    return kubelet;
  };
  let kubelet = start();
  await kubelet.ready;
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
    async restartKubelet() {
      await kubelet.stop();
      kubelet = start();
      await kubelet.ready;
      await settle(10);
    },
    async end() {
      await kubelet.stop();
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
  const reported = await said('p');
  assert.deepEqual(
    reported.map((line) => line.split(':')[0]),
    ['Pulling', 'Pulled', 'Created', 'Started'],
  );
  assert.match(
    reported[1]!,
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
  const ofJob = {
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }],
  };
  const work = [{ name: 'web', image: 'perl:5.34', command: ['perl', '-wle', 'print bpi(2000)'] }];
  await create('job', { restartPolicy: 'OnFailure', containers: work }, ofJob);
  const pause = [{ name: 'web', image: 'registry.k8s.io/pause:3.10' }];
  await create('told', { restartPolicy: 'Never', containers: [{ ...pause[0], args: ['sleep', '3'] }] });
  await create('paused', { restartPolicy: 'Never', containers: pause }, ofJob);
  await context.clock.advance(10_000);
  assert.equal((await get('good')).status?.phase, 'Succeeded');
  assert.equal((await condition('good', 'Ready'))?.reason, 'PodCompleted');
  assert.equal((await get('bad')).status?.phase, 'Failed');
  assert.equal((await get('late')).status?.phase, 'Failed');
  assert.equal((await get('late')).status?.reason, 'DeadlineExceeded');
  assert.equal((await get('job')).status?.phase, 'Succeeded');
  assert.equal((await get('paused')).status?.phase, 'Running');
  assert.equal((await get('told')).status?.phase, 'Succeeded');
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

test('what others say of a living node and its Pods is put right', async () => {
  const { context, create, condition, end } = await setting();
  const { client, clock } = context;
  await create('p');
  await clock.advance(1_000);
  assert.equal((await condition('p', 'Ready'))?.status, 'True');
  const patches = () => context.api.requests.filter(({ verb }) => verb === 'patch').length;
  const before = patches();
  await clock.advance(60_000);
  assert.equal(patches(), before, 'what is right is not written again');

  // As node-lifecycle-controller does when it heard nothing of the node for too long.
  const unknown = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' };
  const status = (conditions: object[]) =>
    ({ type: 'strategic', subresource: 'status', body: { status: { conditions } } }) as const;
  await client.patch(nodes, { name: 'node-1', ...status([unknown]) });
  const unready = { type: 'Ready', status: 'False' };
  await client.patch(pods, { namespace: 'default', name: 'p', ...status([unready]) });
  await clock.advance(1_000);
  const node = await client.get(nodes, { name: 'node-1' });
  assert.equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
  assert.equal((await condition('p', 'Ready'))?.status, 'True');
  await end();
});

test('a kubelet that is started again goes on where it was', async () => {
  const { context, create, status, get, restartKubelet, end } = await setting();
  await create('p');
  await context.clock.advance(1_000);
  const before = await status('p');
  const { podIP } = (await get('p')).status!;
  await restartKubelet();
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

const configMap = (name: string, data: object = { key: 'value' }): ConfigMap =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }) as ConfigMap;

const withEnv = (more: object): object => ({ containers: [{ name: 'web', image: 'nginx:1', ...more }] });

test('a container whose ConfigMap is missing does not run, says why, and starts when it appears', async () => {
  const { context, create, get, status, said, end } = await setting();
  await create('p', withEnv({ envFrom: [{ configMapRef: { name: 'late' } }] }));
  await context.clock.advance(1_000);
  assert.deepEqual((await status('p')).state, {
    waiting: { reason: 'CreateContainerConfigError', message: 'configmap "late" not found' },
  });
  assert.equal((await get('p')).status?.phase, 'Pending');
  assert.equal((await status('p')).restartCount, 0);
  assert.deepEqual(
    (await said('p')).map((line) => line.replace(/(Pulled): .*/, '$1')),
    ['Pulling: Pulling image "nginx:1"', 'Pulled', 'Failed: Error: configmap "late" not found'],
  );
  await context.client.create(configMaps, configMap('late'));
  await context.clock.advance(500);
  assert.ok((await status('p')).state.running, 'long before it would have been tried again');
  await end();
});

test('missing keys, Secrets and what is optional, as kubelet has them', async () => {
  const { context, create, status, end } = await setting();
  await context.client.create(configMaps, configMap('there'));
  const key = (kind: string, name: string, more: object = {}): object =>
    withEnv({ env: [{ name: 'A', valueFrom: { [kind]: { name, key: 'nope', ...more } } }] });
  const cases: [name: string, spec: object, message: string | undefined][] = [
    ['key', key('configMapKeyRef', 'there'), "couldn't find key nope in ConfigMap default/there"],
    ['key-optional', key('configMapKeyRef', 'there', { optional: true }), undefined],
    ['map', key('configMapKeyRef', 'gone'), 'configmap "gone" not found'],
    ['secret', key('secretKeyRef', 'gone'), 'secret "gone" not found'],
    ['secret-optional', key('secretKeyRef', 'gone', { optional: true }), undefined],
    ['from', withEnv({ envFrom: [{ secretRef: { name: 'gone' } }] }), 'secret "gone" not found'],
    ['from-optional', withEnv({ envFrom: [{ secretRef: { name: 'gone', optional: true } }] }), undefined],
  ];
  for (const [name, spec] of cases) await create(name, spec);
  await context.clock.advance(1_000);
  for (const [name, , message] of cases) {
    const { state } = await status(name);
    assert.equal(state.waiting?.message, message, name);
    assert.equal(state.running !== undefined, message === undefined, name);
  }
  await end();
});

test('a Pod whose volumes cannot be mounted waits without a sandbox', async () => {
  const { context, create, get, status, said, condition, end } = await setting();
  await context.client.create(configMaps, configMap('there'));
  const items = [{ key: 'nope', path: 'x' }];
  const volumes = [
    { name: 'a', configMap: { name: 'gone' } },
    { name: 'b', secret: { secretName: 'gone' } },
    { name: 'c', configMap: { name: 'there', items } },
    { name: 'd', configMap: { name: 'gone', optional: true } },
    {
      name: 'e',
      projected: {
        sources: [{ configMap: { name: 'gone' } }, { secret: { name: 'gone' } }, { downwardAPI: {} }],
      },
    },
    { name: 'f', persistentVolumeClaim: { claimName: 'gone' } },
  ];
  await create('p', { volumes });
  await context.clock.advance(300);
  const { status: reported } = await get('p');
  assert.deepEqual((await status('p')).state, { waiting: { reason: 'ContainerCreating' } });
  assert.equal(reported?.podIP, undefined);
  assert.equal((await condition('p', 'PodReadyToStartContainers'))?.status, 'False');
  assert.deepEqual(await said('p'), [
    'FailedMount: MountVolume.SetUp failed for volume "a" : configmap "gone" not found',
    'FailedMount: MountVolume.SetUp failed for volume "b" : secret "gone" not found',
    'FailedMount: MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: nope',
    'FailedMount: MountVolume.SetUp failed for volume "e" : [configmap "gone" not found, secret "gone" not found]',
    'FailedMount: Unable to attach or mount volumes: unmounted volumes=[f], unattached volumes=[], failed to process volumes=[f]: error processing PVC default/gone: failed to fetch PVC from API server: persistentvolumeclaims "gone" not found',
  ]);
  await create('q', { volumes: [volumes[0], volumes[5]] });
  await context.client.create(configMaps, configMap('gone'));
  await context.client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'gone', namespace: 'default' },
    spec: { volumeName: 'disk' },
    status: { phase: 'Bound' },
  } as PersistentVolumeClaim);
  await context.clock.advance(5_000);
  assert.ok((await status('q')).state.running);
  assert.ok((await status('p')).state.waiting, 'it misses more');
  await context.client.delete(configMaps, { namespace: 'default', name: 'gone' });
  await context.clock.advance(30_000);
  assert.ok((await status('q')).state.running, 'what runs has what it needs');
  await end();
});

test('a Pod that is bound here by force is turned away where kubelet would', async () => {
  const { context, create, get, said, restartKubelet, end } = await setting();
  const port = (hostPort: number): object => ({
    containers: [{ name: 'web', image: 'nginx:1', ports: [{ hostPort }] }],
  });
  const asking = (requests: object): object => ({
    containers: [{ name: 'web', image: 'nginx:1', resources: { requests } }],
  });
  const rejected = async (name: string): Promise<unknown[]> => {
    const { status } = await get(name);
    return [status?.phase, status?.reason, status?.message];
  };
  await create('first', port(80));
  await create('second', port(80));
  const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  assert.deepEqual(await rejected('second'), ['Failed', 'NodePorts', `Pod was rejected: ${message}`]);
  assert.deepEqual(await said('second'), [`NodePorts: ${message}`]);
  await create('big', asking({ cpu: '15' }));
  await create('bigger', asking({ cpu: '2', memory: '1Ti' }));
  assert.deepEqual(await rejected('bigger'), [
    'Failed',
    'OutOfcpu',
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 15000, capacity: 16000",
  ]);
  await create('elsewhere', { nodeSelector: { disk: 'tape' } });
  assert.deepEqual((await rejected('elsewhere')).slice(0, 2), ['Failed', 'NodeAffinity']);
  await create('device', asking({ 'example.com/gpu': '1' }));
  await context.clock.advance(1_000);
  assert.equal(
    (await get('device')).status?.phase,
    'Running',
    'resources of others are not the node’s matter',
  );

  await context.client.patch(nodes, {
    name: 'node-1',
    type: 'merge',
    body: { spec: { taints: [{ key: 'out', effect: 'NoExecute' }] } },
  });
  await settle(10);
  await create('tainted');
  assert.deepEqual((await rejected('tainted')).slice(0, 2), ['Failed', 'TaintToleration']);

  // Who is there stays, and what one leaves another may have.
  await restartKubelet();
  assert.equal((await get('big')).status?.phase, 'Running');
  await context.client.patch(nodes, { name: 'node-1', type: 'merge', body: { spec: { taints: null } } });
  await context.client.delete(pods, { namespace: 'default', name: 'first' });
  await context.client.delete(pods, { namespace: 'default', name: 'big' });
  await context.clock.advance(60_000);
  await create('third', port(80));
  await create('big-again', asking({ cpu: '16' }));
  await context.clock.advance(1_000);
  assert.equal((await get('third')).status?.phase, 'Running');
  assert.equal((await get('big-again')).status?.phase, 'Running');
  await end();
});

test('a Pod has not ended while a sidecar runs, and sidecars end with the others, the last first', async () => {
  const { context, create, get, status, said, end } = await setting();
  const side = (name: string, seconds: number): object => ({
    name,
    image: 'b',
    restartPolicy: 'Always',
    lifecycle: { preStop: { sleep: { seconds } } },
  });
  await create('p', {
    restartPolicy: 'Never',
    initContainers: [side('one', 1), side('two', 2)],
    containers: [{ name: 'web', image: 'b', command: ['sleep', '5'] }],
  });
  await context.clock.advance(2_000);
  assert.equal((await get('p')).status?.phase, 'Running');
  await context.clock.advance(5_000);
  assert.equal((await status('p')).state.terminated?.exitCode, 0);
  assert.ok((await status('p', 'one')).state.running);
  assert.equal((await get('p')).status?.phase, 'Running', 'a sidecar still runs');
  await context.clock.advance(5_000);
  assert.equal((await get('p')).status?.phase, 'Succeeded');
  const [one, two] = [await status('p', 'one'), await status('p', 'two')];
  assert.ok(two.state.terminated!.finishedAt! < one.state.terminated!.finishedAt!);
  assert.deepEqual(
    (await said('p')).filter((line) => line.startsWith('Killing')),
    ['Killing: Stopping container two', 'Killing: Stopping container one'],
  );
  await create('failed', {
    restartPolicy: 'Never',
    initContainers: [side('one', 0), { name: 'init', image: 'b', command: ['false'] }],
  });
  await context.clock.advance(5_000);
  assert.equal((await get('failed')).status?.phase, 'Failed');
  assert.ok((await status('failed', 'one')).state.terminated);
  await end();
});

test('a Pod that another ended stays ended, and nothing of it runs', async () => {
  const { context, create, get, status, end } = await setting();
  await create('p');
  await context.clock.advance(1_000);
  assert.equal((await get('p')).status?.phase, 'Running');
  await context.client.patch(pods, {
    namespace: 'default',
    name: 'p',
    type: 'merge',
    subresource: 'status',
    body: { status: { phase: 'Failed', reason: 'Evicted', message: 'too much' } },
  });
  await context.clock.advance(1_000);
  const { status: reported } = await get('p');
  assert.deepEqual([reported?.phase, reported?.reason, reported?.message], ['Failed', 'Evicted', 'too much']);
  assert.ok((await status('p')).state.terminated);
  await end();
});

test('tells what a container was given of its node', async () => {
  const { context, create, status, end } = await setting();
  const resources = { requests: { cpu: '1' }, limits: { cpu: '2' } };
  await create('p', {
    containers: [
      { name: 'web', image: 'b', resources },
      { name: 'bare', image: 'b' },
    ],
  });
  assert.equal((await status('p')).allocatedResources, undefined, 'it has not started');
  await context.clock.advance(1_000);
  assert.deepEqual((await status('p')).allocatedResources, { cpu: '1' });
  assert.deepEqual((await status('p')).resources, resources);
  assert.deepEqual((await status('p', 'bare')).resources, {});
  await end();
});

test('a heartbeat is one request, and reads the Lease again only when another wrote it', async () => {
  const { context, end } = await setting();
  await context.clock.advance(20_000);
  const beats = async (): Promise<string[]> => {
    const from = context.api.requests.length;
    await context.clock.advance(20_000);
    return context.api.requests.slice(from).map(({ verb, resource }) => `${verb} ${resource}`);
  };
  assert.deepEqual(await beats(), ['update leases', 'update leases']);
  const ref = { namespace: 'kube-node-lease', name: 'node-1' };
  await context.client.patch(leases, {
    ...ref,
    type: 'merge',
    body: { metadata: { labels: { by: 'another' } } },
  });
  assert.deepEqual(await beats(), ['update leases', 'get leases', 'update leases', 'update leases']);
  const lease = await context.client.get(leases, ref);
  assert.deepEqual(lease.metadata.labels, { by: 'another' }, 'what another wrote stays');
  await end();
});
