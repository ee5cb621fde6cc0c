import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import { formatTime } from '../../runtime/clock.ts';
import { controllerRefTo } from '../../runtime/workload/controller-ref.ts';
import {
  deployments,
  type DisruptionBudget,
  disruptionBudgets,
  events,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
  replicationControllers,
  type StatefulSet,
  statefulSets,
} from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { DisruptionController } from './disruption-controller.ts';

const labels = { app: 'web' };

async function cluster(t: NodeTest) {
  const context = createTestContext();
  const { api, informers, recorder } = context;
  api.register(
    pods,
    disruptionBudgets,
    deployments,
    replicaSets,
    statefulSets,
    replicationControllers,
    events,
  );
  const worker = new DisruptionController(context, { workers: 1 });
  informers.start();
  await informers.synced();
  worker.start();
  t.after(async () => {
    informers.stop();
    recorder.stop();
    await worker.stop();
  });
  const budget = () => api.all(disruptionBudgets)[0];
  return {
    ...context,
    budget,
    async create<T extends ApiObject>(kind: Parameters<typeof api.create<T>>[0], object: object): Promise<T> {
      return api.create<T>(kind, {
        apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
        kind: kind.kind,
        ...object,
      } as T);
    },
    async addPods(count: number, owner?: ApiObject, ready = true): Promise<Pod[]> {
      const made: Pod[] = [];
      const first = api.all(pods).length;
      for (let index = 0; index < count; index++) {
        const pod = await api.create(pods, {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: `web-${first + index}`,
            namespace: 'default',
            labels,
            ...(owner ? { ownerReferences: [controllerRefTo(owner)] } : {}),
          },
          spec: { containers: [] },
        } as unknown as Pod);
        const status = {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        };
        made.push(await api.update(pods, { ...pod, status } as unknown as Pod, 'status'));
      }
      return made;
    },
    /** Waits for the four numbers: allowed, healthy, desired, expected. */
    async counts(...wanted: [number, number, number, number]): Promise<void> {
      await until(`counts ${wanted.join(' ')}`, () => {
        const status = budget()?.status;
        return (
          JSON.stringify([
            status?.disruptionsAllowed,
            status?.currentHealthy,
            status?.desiredHealthy,
            status?.expectedPods,
          ]) === JSON.stringify(wanted)
        );
      });
    },
    condition: () => budget()?.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed'),
    async messages(reason: string): Promise<string[]> {
      await recorder.flush();
      return api
        .all(events)
        .filter((event) => event.reason === reason)
        .map(({ message }) => message ?? '');
    },
  };
}

const pdb = (spec: object) => ({
  metadata: { name: 'web', namespace: 'default', generation: 1 },
  spec: { selector: { matchLabels: labels }, ...spec },
});
const workload = (name: string, replicas: number, owner?: ApiObject) => ({
  metadata: {
    name,
    namespace: 'default',
    ...(owner ? { ownerReferences: [controllerRefTo(owner)] } : {}),
  },
  spec: { replicas, selector: { matchLabels: labels }, template: {} },
});

test('a budget allows what is healthy above what must be, and says so', async (t) => {
  const it = await cluster(t);
  await it.create(disruptionBudgets, pdb({ minAvailable: 2 }));
  await it.counts(0, 0, 2, 0);
  assert.equal(it.condition()?.reason, 'InsufficientPods');
  assert.equal(it.condition()?.status, 'False');
  assert.deepEqual(await it.messages('NoPods'), ['No matching pods found']);
  await it.addPods(3);
  await it.counts(1, 3, 2, 3);
  assert.equal(it.condition()?.reason, 'SufficientPods');
  assert.equal(it.condition()?.observedGeneration, it.budget()?.metadata.generation);
  assert.equal(it.budget()?.status?.observedGeneration, it.budget()?.metadata.generation);
  await it.addPods(1, undefined, false);
  await it.counts(1, 3, 2, 4);
  await it.api.delete(pods, { namespace: 'default', name: 'web-0' }, { gracePeriodSeconds: 0 });
  await it.counts(0, 2, 2, 3);
});

test('a share is of what the controllers of the Pods want, not of the Pods that there are', async (t) => {
  const it = await cluster(t);
  const set = await it.create<StatefulSet>(statefulSets, workload('db', 5));
  await it.addPods(3, set);
  await it.create(disruptionBudgets, pdb({ maxUnavailable: 1 }));
  await it.counts(0, 3, 4, 5);
  await it.addPods(2, set);
  await it.counts(1, 5, 4, 5);
  const live = it.budget() as DisruptionBudget;
  await it.api.update(disruptionBudgets, {
    ...live,
    spec: { selector: live.spec?.selector, minAvailable: '50%' },
  } as DisruptionBudget);
  // Half of five is rounded up.
  await it.counts(2, 5, 3, 5);
});

test('all ReplicaSets of a Deployment want what it wants, together', async (t) => {
  const it = await cluster(t);
  const deployment = await it.create(deployments, workload('web', 4));
  const old = await it.create<ReplicaSet>(replicaSets, workload('web-old', 3, deployment));
  const next = await it.create<ReplicaSet>(replicaSets, workload('web-new', 2, deployment));
  await it.addPods(3, old);
  await it.addPods(2, next);
  await it.create(disruptionBudgets, pdb({ maxUnavailable: '25%' }));
  await it.counts(2, 5, 3, 4);
});

test('Pods without a controller are told of, those of an unknown one stop everything', async (t) => {
  const it = await cluster(t);
  await it.addPods(1);
  await it.create(disruptionBudgets, pdb({ maxUnavailable: 1 }));
  await it.counts(0, 1, 0, 0);
  assert.match((await it.messages('UnmanagedPods'))[0] ?? '', /were found to be unmanaged/);
  await it.addPods(1, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'gone', namespace: 'default', uid: 'u' },
  });
  await until('a failure', () => it.condition()?.reason === 'SyncFailed');
  assert.equal(it.condition()?.message, 'found no controllers for pod "web-1"');
  assert.equal(it.budget()?.status?.disruptionsAllowed, 0);
});

test('a Pod that was let go counts no more, and again when it has not gone in two minutes', async (t) => {
  const it = await cluster(t);
  await it.addPods(3);
  await it.create(disruptionBudgets, pdb({ minAvailable: 1 }));
  await it.counts(2, 3, 1, 3);
  const live = it.budget() as DisruptionBudget;
  const granted = formatTime(it.clock.now());
  await it.api.update(
    disruptionBudgets,
    {
      ...live,
      status: { ...live.status, disruptionsAllowed: 0, disruptedPods: { 'web-0': granted, gone: granted } },
    } as unknown as DisruptionBudget,
    'status',
  );
  await it.counts(1, 2, 1, 3);
  assert.deepEqual(
    it.budget()?.status?.disruptedPods,
    { 'web-0': granted },
    'whom nobody knows is forgotten',
  );
  await it.clock.advance(119_000);
  await it.counts(1, 2, 1, 3);
  await it.clock.advance(2_000);
  await it.counts(2, 3, 1, 3);
  assert.equal(it.budget()?.status?.disruptedPods, undefined);
  assert.deepEqual(await it.messages('NotDeleted'), [
    "Pod was expected by PDB default/default to be deleted but it wasn't",
  ]);
});

test('a Pod in two budgets is told of', async (t) => {
  const it = await cluster(t);
  await it.create(disruptionBudgets, pdb({ minAvailable: 1 }));
  const other = pdb({ minAvailable: 1 });
  await it.create(disruptionBudgets, { ...other, metadata: { ...other.metadata, name: 'x' } });
  await until('both', () => it.api.all(disruptionBudgets).length === 2);
  await it.addPods(1);
  await it.counts(0, 1, 1, 1);
  assert.match((await it.messages('MultiplePodDisruptionBudgets'))[0] ?? '', /Chose "web" arbitrarily\./);
});

test('nothing is written when nothing has changed', async (t) => {
  const it = await cluster(t);
  await it.addPods(2);
  await it.create(disruptionBudgets, pdb({ minAvailable: 1 }));
  await it.counts(1, 2, 1, 2);
  const version = it.budget()?.metadata.resourceVersion;
  const [pod] = it.api.all(pods);
  assert.ok(pod);
  await it.api.patch(pods, {
    namespace: 'default',
    name: 'web-0',
    type: 'merge',
    body: { metadata: { annotations: { seen: 'yes' } } },
  });
  await it.clock.advance(1000);
  assert.equal(it.budget()?.metadata.resourceVersion, version);
});

test('the announcement of a disruption that did not come is taken back after two minutes', async (t) => {
  const it = await cluster(t);
  const [pod] = await it.addPods(1);
  assert.ok(pod);
  const announced = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    lastTransitionTime: formatTime(it.clock.now()),
  };
  const conditions = [...(pod.status?.conditions ?? []), announced];
  await it.api.update(pods, { ...pod, status: { ...pod.status, conditions } } as Pod, 'status');
  const status = () =>
    it.api.all(pods)[0]?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
  await it.clock.advance(119_000);
  assert.equal(status(), 'True');
  await it.clock.advance(2_000);
  await until('it is taken back', () => status() === 'False');
});
