import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import { formatMicroTime, formatTime } from '../../runtime/clock.ts';
import { events, leases, type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { NodeLifecycleController } from './node-lifecycle-controller.ts';
import {
  nodeLifecycleFlags,
  type NodeLifecycleSettings,
  readNodeLifecycleSettings,
} from './node-lifecycle-settings.ts';

const nodeLifecycleDefaults = readNodeLifecycleSettings(
  new FlagReader({
    program: 'kube-controller-manager',
    flags: nodeLifecycleFlags,
    given: {},
    error: (message) => new Error(message),
  }),
);

/** Pod, by kubelet's report. */
const running: Pod['status'] = {
  phase: 'Running',
  conditions: [
    { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    { type: 'Initialized', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
} as never;

async function cluster(t: NodeTest, settings: Partial<NodeLifecycleSettings> = {}) {
  const context = createTestContext('node-controller');
  const { api, clock, informers } = context;
  api.register(nodes, pods, leases, events);
  const controller = new NodeLifecycleController(context, {
    workers: 2,
    settings: { ...nodeLifecycleDefaults, ...settings },
  });
  informers.start();
  await informers.synced();
  controller.start();
  const alive = new Set<string>();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });

  const renew = async (name: string): Promise<void> => {
    const at = { namespace: 'kube-node-lease', name };
    const spec = { holderIdentity: name, renewTime: formatMicroTime(clock.now()) };
    const found = api.all(leases).find(({ metadata }) => metadata.name === name);
    if (found) await api.update(leases, { ...found, spec });
    else await api.create(leases, { apiVersion: 'v1', kind: 'Lease', metadata: at, spec });
  };
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason: 'KubeletSays',
    message: 'so',
    lastHeartbeatTime: formatTime(clock.now()),
    lastTransitionTime: formatTime(clock.now()),
  });
  return {
    api,
    clock,
    alive,
    controller,
    async join(name: string, more: Partial<Node['spec']> = {}, labels = {}) {
      alive.add(name);
      await renew(name);
      const status = { conditions: [condition('MemoryPressure', 'False'), condition('Ready', 'True')] };
      const metadata = { name, labels };
      return api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata, spec: more, status } as never);
    },
    async report(name: string, conditions: Record<string, string>) {
      const node = await api.get(nodes, { name });
      const before = (node.status?.conditions ?? []).filter(({ type }) => !(type in conditions));
      const after = Object.entries(conditions).map(([type, status]) => condition(type, status));
      await api.update(nodes, { ...node, status: { conditions: [...before, ...after] } } as never, 'status');
    },
    run: (name: string, nodeName: string) =>
      api.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { nodeName, containers: [] },
        status: running,
      } as never),
    /** Lets seconds pass; nodes that are alive renew their Leases every ten. */
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        if (second % 10 === 0) for (const name of alive) await renew(name);
        await clock.advance(1000);
      }
    },
    taints: (name: string) =>
      (api.all(nodes).find(({ metadata }) => metadata.name === name)?.spec?.taints ?? []).map(
        ({ key, effect }) => `${key}:${effect}`.replace('node.kubernetes.io/', ''),
      ),
    conditions: (name: string) =>
      (api.all(nodes).find(({ metadata }) => metadata.name === name)?.status?.conditions ?? []).map(
        ({ type, status, reason, message }) => [type, status, reason, message].join(' | '),
      ),
    ready: (name: string) =>
      api
        .all(pods)
        .find(({ metadata }) => metadata.name === name)
        ?.status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    reported: () =>
      api
        .all(events)
        .map(({ involvedObject, type, reason, message, source }) =>
          [source?.component, involvedObject.kind, type, reason, message].join(' | '),
        ),
  };
}

test('what a node reports becomes NoSchedule taints, and only those taints are touched', async (t) => {
  const { api, clock, join, report, taints } = await cluster(t);
  const ours = { key: 'example.com/keep', effect: 'NoSchedule' };
  const byHand = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  await join('node-1', { taints: [ours, byHand] } as never);
  await clock.advance(100);
  assert.deepEqual(taints('node-1'), ['example.com/keep:NoSchedule'], 'admission put it there at creation');
  await report('node-1', {
    MemoryPressure: 'True',
    DiskPressure: 'True',
    PIDPressure: 'True',
    NetworkUnavailable: 'True',
  });
  await clock.advance(100);
  assert.deepEqual(taints('node-1').sort(), [
    'disk-pressure:NoSchedule',
    'example.com/keep:NoSchedule',
    'memory-pressure:NoSchedule',
    'network-unavailable:NoSchedule',
    'pid-pressure:NoSchedule',
  ]);
  const added = api.all(nodes)[0]?.spec?.taints?.find(({ key }) => key.endsWith('memory-pressure'));
  assert.equal(added?.timeAdded, formatTime(clock.now()));
  await report('node-1', {
    MemoryPressure: 'Unknown',
    DiskPressure: 'False',
    PIDPressure: 'False',
    NetworkUnavailable: 'False',
  });
  const node = await api.get(nodes, { name: 'node-1' });
  await api.update(nodes, { ...node, spec: { ...node.spec, unschedulable: true } } as never);
  await clock.advance(100);
  assert.deepEqual(taints('node-1'), ['example.com/keep:NoSchedule', 'unschedulable:NoSchedule']);
});

test('a silent node becomes Unknown, is tainted, its Pods unready; and all heals when it speaks', async (t) => {
  const { alive, join, pass, report, run, taints, conditions, ready, reported } = await cluster(t);
  await join('node-1');
  await join('node-2');
  await run('web', 'node-2');
  await run('other', 'node-1');
  await pass(60);
  assert.deepEqual(taints('node-2'), []);
  assert.equal(ready('web'), 'True');
  alive.delete('node-2');
  await pass(45);
  assert.equal(ready('web'), 'True', 'within the grace period');
  await pass(20);
  assert.deepEqual(conditions('node-2').sort(), [
    'DiskPressure | Unknown | NodeStatusNeverUpdated | Kubelet never posted node status.',
    'MemoryPressure | Unknown | NodeStatusUnknown | Kubelet stopped posting node status.',
    'PIDPressure | Unknown | NodeStatusNeverUpdated | Kubelet never posted node status.',
    'Ready | Unknown | NodeStatusUnknown | Kubelet stopped posting node status.',
  ]);
  assert.deepEqual(taints('node-2').sort(), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
  assert.equal(ready('web'), 'False');
  assert.equal(ready('other'), 'True');
  assert.deepEqual(taints('node-1'), []);
  assert.deepEqual(reported().sort(), [
    'node-controller | Node | Normal | NodeNotReady | Node node-2 status is now: NodeNotReady',
    'node-controller | Node | Normal | RegisteredNode | Node node-1 event: Registered Node node-1 in Controller',
    'node-controller | Node | Normal | RegisteredNode | Node node-2 event: Registered Node node-2 in Controller',
    'node-controller | Pod | Warning | NodeNotReady | Node is not ready',
  ]);

  await run('late', 'node-2');
  await pass(1);
  assert.equal(ready('late'), 'False', 'a Pod that comes to it is unready, too');

  alive.add('node-2');
  await report('node-2', { Ready: 'False' });
  await pass(6);
  assert.deepEqual(taints('node-2').sort(), ['not-ready:NoExecute', 'not-ready:NoSchedule']);
  await report('node-2', { Ready: 'True', DiskPressure: 'False', PIDPressure: 'False' });
  await pass(6);
  assert.deepEqual(taints('node-2'), []);
});

test('a node that never reports is Unknown a minute after its creation', async (t) => {
  const { api, join, pass, taints, conditions } = await cluster(t);
  await join('node-1');
  await api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'by-hand' } });
  await pass(58);
  assert.deepEqual(conditions('by-hand'), []);
  await pass(12);
  assert.equal(conditions('by-hand').length, 4);
  assert.match(conditions('by-hand')[0] ?? '', /^Ready . Unknown . NodeStatusNeverUpdated/);
  assert.deepEqual(taints('by-hand').sort(), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
});

test('when no node is ready nothing is evicted, and their silence counts anew when one is again', async (t) => {
  const { alive, join, pass, report, taints } = await cluster(t);
  await join('node-1');
  await join('node-2');
  await pass(5);
  alive.clear();
  await pass(90);
  assert.deepEqual(taints('node-1'), ['unreachable:NoSchedule']);
  assert.deepEqual(taints('node-2'), ['unreachable:NoSchedule']);
  alive.add('node-1');
  await report('node-1', { Ready: 'True' });
  await pass(30);
  assert.deepEqual(taints('node-1'), []);
  assert.deepEqual(taints('node-2').sort(), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
});

test('failed nodes are tainted NoExecute one every ten seconds', async (t) => {
  const { alive, join, pass, taints } = await cluster(t, { nodeMonitorPeriodMs: 1000 });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await join(name);
  await pass(10);
  for (const name of ['a', 'b', 'c']) alive.delete(name);
  const evicted = () => ['a', 'b', 'c'].filter((name) => taints(name).includes('unreachable:NoExecute'));
  const at: number[] = [];
  for (let second = 0; second < 100 && at.length < 3; second++) {
    await pass(1);
    while (at.length < evicted().length) at.push(second);
  }
  const [first = 0, second = 0, third = 0] = at;
  assert.ok(first >= 40 && second - first >= 10 && third - second >= 10, at.join());
  assert.ok(third - first <= 24, at.join());
});

test('a small zone of which most nodes fail keeps their Pods, another zone goes on', async (t) => {
  const { alive, join, pass, taints } = await cluster(t);
  const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await join(name, {}, zone('a'));
  for (const name of ['b1', 'b2']) await join(name, {}, zone('b'));
  await pass(10);
  for (const name of ['a1', 'a2', 'a3', 'b1']) alive.delete(name);
  await pass(120);
  const evicted = ['a1', 'a2', 'a3', 'b1'].filter((name) => taints(name).includes('unreachable:NoExecute'));
  // The first of zone a goes by the rate of before the fault was seen, as in kube-controller-manager.
  assert.deepEqual(
    evicted.filter((name) => name.startsWith('b')),
    ['b1'],
  );
  assert.ok(evicted.length <= 2, evicted.join());
});

test('time in which the controller itself stood still is not held against nodes', async (t) => {
  const context = createTestContext();
  const { api, clock, informers } = context;
  api.register(nodes, pods, leases, events);
  const controller = new NodeLifecycleController(context, { workers: 1, settings: nodeLifecycleDefaults });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: formatTime(clock.now()) }];
  const metadata = { name: 'node-1' };
  await api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata, status: { conditions } } as never);
  await clock.advance(10_000);
  // The process is stopped: the clock goes on, and no timer fires.
  clock.skip(3_600_000);
  await clock.advance(20_000);
  assert.equal(api.all(nodes)[0]?.status?.conditions?.[0]?.status, 'True');
  await clock.advance(40_000);
  assert.equal(api.all(nodes)[0]?.status?.conditions?.[0]?.status, 'Unknown', 'silence that was watched is');
});
