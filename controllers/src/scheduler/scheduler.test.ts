import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../runtime/client/api-error.ts';
import {
  type Node,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  seriesEvents,
  type StorageClass,
  storageClasses,
} from '../runtime/client/resource.ts';
import { SeriesRecorder } from '../runtime/events/series-recorder.ts';
import { until } from '../runtime/testing/fake-clock.ts';
import { createTestContext } from '../runtime/testing/test-context.ts';
import { Scheduler } from './scheduler.ts';

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
  const base = createTestContext('default-scheduler');
  const { client, clock, log } = base;
  const recorder = new SeriesRecorder({ client, clock, log, component: 'default-scheduler', host: 'here' });
  const context = { ...base, recorder };
  const scheduler = new Scheduler(context);
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
      await recorder.flush();
      recorder.stop();
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
  const said = (await context.client.list(seriesEvents)).items;
  assert.match(said[0]!.note ?? '', /^Successfully assigned default\/(one|two) to [ab]$/);
  assert.equal(said[0]!.reason, 'Scheduled');
  assert.equal(said[0]!.action, 'Binding');
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
  const said = (await context.client.list(seriesEvents)).items;
  assert.ok(said.some(({ reason, action }) => reason === 'FailedScheduling' && action === 'Scheduling'));
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
  const reported = (await context.client.list(seriesEvents)).items.map(({ reason, note }) => [reason, note]);
  const failed = 'running Bind plugin "DefaultBinder": the server answered 500';
  assert.deepEqual(reported.sort(), [
    ['FailedScheduling', failed],
    ['Scheduled', 'Successfully assigned default/p to a'],
  ]);
  const { status } = await context.client.get(pods, { namespace: 'default', name: 'p' });
  const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  assert.deepEqual([condition?.reason, condition?.message], ['SchedulerError', failed]);
});

test('Pods that wait are tried again when a Pod leaves, is resized, or finishes', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a', { cpu: '1', pods: '110' }));
  const greedy = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] };
  const bindings = () => context.api.requests.filter(({ subresource }) => subresource === 'binding').length;
  await context.client.create(pods, pod('first', greedy));
  await until('the first is bound', () => bindings() === 1);
  for (const [index, free] of [
    async (name: string) =>
      void (await context.client.delete(pods, { namespace: 'default', name }, { gracePeriodSeconds: 0 })),
    async (name: string) => {
      const current = await context.client.get(pods, { namespace: 'default', name });
      await context.client.update(pods, { ...current, status: { phase: 'Succeeded' } }, 'status');
    },
    async (name: string) => {
      const current = await context.client.get(pods, { namespace: 'default', name });
      const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '0' } } }];
      await context.client.update(pods, { ...current, spec: { ...current.spec!, containers } });
    },
  ].entries()) {
    const name = `waiting-${index}`;
    const statusWrites = () =>
      context.api.requests.filter((one) => one.subresource === 'status' && one.name === name).length;
    await context.client.create(pods, pod(name, greedy));
    await until(`${name} is refused`, () => statusWrites() === 1);
    await free(index === 0 ? 'first' : `waiting-${index - 1}`);
    await context.clock.advance(10_000);
    await until(`${name} is bound`, () => bindings() === index + 2);
    assert.equal(await placeOf(name), 'a');
  }
  await end();
});

test('a gated Pod is placed when its gates are gone', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a'));
  const gated = await context.client.create(pods, pod('gated', { schedulingGates: [{ name: 'wait' }] }));
  await context.client.create(pods, pod('plain'));
  const bindings = () => context.api.requests.filter(({ subresource }) => subresource === 'binding').length;
  await until('the other is bound', () => bindings() === 1);
  await context.client.update(pods, { ...gated, spec: { ...gated.spec!, schedulingGates: [] } });
  await until('bound', () => bindings() === 2);
  assert.equal(await placeOf('gated'), 'a');
  await end();
});

const claim = (name: string, spec: object = {}): PersistentVolumeClaim =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  }) as PersistentVolumeClaim;

const using = (claimName: string): object => ({
  volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
});

const waitingClass = (provisioner: string): StorageClass =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'wffc' },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  }) as StorageClass;

test('a Pod with a missing claim waits until the claim is there and bound', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a'));
  await context.client.create(pods, pod('p', using('data')));
  const problem = async () =>
    (await context.client.get(pods, { namespace: 'default', name: 'p' })).status?.conditions?.[0]?.message;
  const statusWrites = () =>
    context.api.requests.filter(({ subresource }) => subresource === 'status').length;
  await until('told', () => statusWrites() === 1);
  assert.equal(await problem(), '0/1 nodes are available: persistentvolumeclaim "data" not found. not found');
  const created = await context.client.create(
    persistentVolumeClaims,
    claim('data', { storageClassName: '' }),
  );
  await context.clock.advance(10_000);
  await until('told again', () => statusWrites() === 2);
  assert.equal(
    await problem(),
    '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
  );
  await context.client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: { capacity: { storage: '1Gi' } },
  } as PersistentVolume);
  await context.client.update(persistentVolumeClaims, {
    ...created,
    metadata: { ...created.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { ...created.spec, volumeName: 'disk' },
  } as PersistentVolumeClaim);
  await context.clock.advance(10_000);
  await until('bound', () => context.api.requests.some(({ subresource }) => subresource === 'binding'));
  assert.equal(await placeOf('p'), 'a');
  await end();
});

test('where the class makes volumes, the claim is told the node, and the Pod waits for the volume', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a'));
  await context.client.create(storageClasses, waitingClass('example.com/dyn'));
  await context.client.create(persistentVolumeClaims, claim('data', { storageClassName: 'wffc' }));
  await context.client.create(pods, pod('p', using('data')));
  const updates = () =>
    context.api.requests.filter(
      ({ verb, resource }) => verb === 'update' && resource === 'persistentvolumeclaims',
    ).length;
  await until('told', () => updates() === 1);
  const ref = { namespace: 'default', name: 'data' };
  const reported = await context.client.get(persistentVolumeClaims, ref);
  const annotations = (reported.metadata.annotations ?? {}) as Record<string, string>;
  assert.equal(annotations['volume.kubernetes.io/selected-node'], 'a');
  // Another Pod is placed meanwhile: waiting for storage holds nobody up.
  await context.client.create(pods, pod('other'));
  await until('the other is bound', () =>
    context.api.requests.some(({ subresource, name }) => subresource === 'binding' && name === 'other'),
  );
  assert.equal(await placeOf('p'), undefined);
  await context.client.update(persistentVolumeClaims, {
    ...reported,
    metadata: {
      ...reported.metadata,
      annotations: { ...annotations, 'pv.kubernetes.io/bind-completed': 'yes' },
    },
    spec: { ...reported.spec, volumeName: 'made' },
  } as PersistentVolumeClaim);
  await until('bound', () =>
    context.api.requests.some(({ subresource, name }) => subresource === 'binding' && name === 'p'),
  );
  assert.equal(await placeOf('p'), 'a');
  await end();
});

test('a Pod that is deleted while it waits for its volume gives its node back', async () => {
  const { context, placeOf, end } = await running();
  await context.client.create(nodes, node('a', { cpu: '1', pods: '110' }));
  await context.client.create(storageClasses, waitingClass('example.com/dyn'));
  await context.client.create(persistentVolumeClaims, claim('data', { storageClassName: 'wffc' }));
  const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }];
  await context.client.create(pods, pod('p', { containers, ...using('data') }));
  const asked = (what: { verb?: string; resource?: string; subresource?: string; name?: string }) => () =>
    context.api.requests.some((request) =>
      Object.entries(what).every(([key, value]) => request[key as keyof typeof request] === value),
    );
  await until('the claim has a node', asked({ verb: 'update', resource: 'persistentvolumeclaims' }));
  await context.client.create(pods, pod('other', { containers }));
  await until('there is no room', asked({ subresource: 'status', name: 'other' }));
  await context.client.delete(pods, { namespace: 'default', name: 'p' });
  await context.clock.advance(10_000);
  await until('the other has the room', asked({ subresource: 'binding', name: 'other' }));
  assert.equal(await placeOf('other'), 'a');
  assert.equal(asked({ subresource: 'binding', name: 'p' })(), false);
  await end();
});

test('a volume that waits for a consumer is given to the claim, and to no other', async () => {
  const { context, end } = await running();
  await context.client.create(nodes, node('a'));
  await context.client.create(storageClasses, waitingClass('kubernetes.io/no-provisioner'));
  await context.client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'wffc' },
    status: { phase: 'Available' },
  } as PersistentVolume);
  for (const name of ['one', 'two']) {
    await context.client.create(persistentVolumeClaims, claim(name, { storageClassName: 'wffc' }));
    await context.client.create(pods, pod(name, using(name)));
  }
  await until('given', () =>
    context.api.requests.some(({ verb, resource }) => verb === 'update' && resource === 'persistentvolumes'),
  );
  const { spec } = await context.client.get(persistentVolumes, { name: 'disk' });
  const { name } = spec!.claimRef!;
  assert.ok(name === 'one' || name === 'two');
  const other = name === 'one' ? 'two' : 'one';
  await until('the other is told', () =>
    context.api.requests.some((request) => request.subresource === 'status' && request.name === other),
  );
  const { status } = await context.client.get(pods, { namespace: 'default', name: other });
  assert.match(
    status?.conditions?.[0]?.message ?? '',
    /1 node\(s\) didn't find available persistent volumes/,
  );

  // Nobody binds them here: after ten minutes the Pod gets an event, and is tried again.
  await context.clock.advance(600_000);
  await until('given up', () =>
    context.api.requests.some((request) => request.subresource === 'status' && request.name === name),
  );
  const reported = await context.client.get(pods, { namespace: 'default', name });
  assert.equal(
    reported.status?.conditions?.[0]?.message,
    'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
  );
  await end();
});

test('a busy server holds up nobody: the binding is given back, the condition written later', async () => {
  const { context, placeOf, end } = await running();
  const busy = (): never => {
    throw new ApiError(429, { reason: 'TooManyRequests' }, 3_000);
  };
  let isBusy = true;
  context.api.before(({ subresource, verb }) => {
    if (isBusy && (subresource === 'binding' || (subresource === 'status' && verb === 'patch'))) busy();
  });
  const asked = (which: string) => () =>
    context.api.requests.filter(({ subresource }) => subresource === which).length;
  await context.client.create(nodes, node('a', { cpu: '1', pods: '110' }));
  const greedy = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] };
  await context.client.create(pods, pod('one', greedy));
  await until('refused', () => asked('binding')() === 1);
  isBusy = false;
  await context.client.create(pods, pod('two', greedy));
  await until('the other has the room', () => asked('binding')() === 2);
  assert.equal(await placeOf('two'), 'a');
  isBusy = true;
  await context.clock.advance(2_000);
  await until('told', () => asked('status')() === 1);
  const message = async () =>
    (await context.client.get(pods, { namespace: 'default', name: 'one' })).status?.conditions?.[0]?.message;
  assert.equal(await message(), undefined);
  isBusy = false;
  await context.clock.advance(4_000);
  await until('told later', () => asked('status')() === 2);
  assert.match((await message()) ?? '', /1 Insufficient cpu/);
  await end();
});
