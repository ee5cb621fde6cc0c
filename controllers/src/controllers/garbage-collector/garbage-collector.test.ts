import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { ApiError } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { DeleteOptions } from '../../runtime/client/client.ts';
import {
  deployments,
  events,
  nodes,
  pods,
  replicaSets,
  type Resource,
} from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { startFakeKubelet } from '../../runtime/testing/fake-kubelet.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { decide } from './deletion-decision.ts';
import { GarbageCollector } from './garbage-collector.ts';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function startCluster() {
  const context = createTestContext('garbage-collector-controller');
  const { api, clock } = context;
  api.register(deployments, replicaSets, pods, nodes, events);
  const collector = new GarbageCollector(context, { workers: 5 });
  running.push(async () => {
    const stopped = collector.stop();
    await clock.advance(60_000);
    await stopped;
    context.informers.stop();
  });
  const make = (resource: Resource, name: string, owners: Partial<OwnerReference>[] = []) =>
    api.create(resource, {
      apiVersion: 'v1',
      kind: resource.kind,
      metadata: {
        name,
        ...(resource.namespaced ? { namespace: 'default' } : {}),
        ownerReferences: owners.map((owner) => ({ apiVersion: '', kind: '', name: '', uid: '', ...owner })),
      },
    });
  const refTo = (owner: ApiObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
    ...more,
  });
  return {
    api,
    clock,
    context,
    make,
    refTo,
    start: () => collector.start(),
    async family() {
      const deployment = await make(deployments, 'web');
      const set = await make(replicaSets, 'web-1', [refTo(deployment)]);
      for (const name of ['web-1-a', 'web-1-b']) await make(pods, name, [refTo(set)]);
      return { deployment, set };
    },
    remove: (
      resource: Resource,
      name: string,
      propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
    ) => api.delete(resource, { namespace: 'default', name }, { propagationPolicy }),
    names: () =>
      [deployments, replicaSets, pods, nodes]
        .flatMap((resource: Resource) => api.all(resource))
        .map(({ metadata }) => metadata.name)
        .sort(),
    async reach(what: string, condition: () => boolean) {
      for (let round = 0; round < 100; round++) {
        try {
          return await until(what, condition, 20);
        } catch {
          await clock.advance(100);
        }
      }
      throw new Error(`never happened: ${what}`);
    },
  };
}

test('background: the owner goes at once, what it owned follows', async () => {
  const cluster = await startCluster();
  await cluster.family();
  await cluster.make(pods, 'stranger');
  cluster.start();
  await cluster.remove(deployments, 'web', 'Background');
  await cluster.reach('collected', () => cluster.names().length === 1);
  assert.deepEqual(cluster.names(), ['stranger']);
});

test('objects are deleted as they were seen: without asking for them, and not when they changed since', async () => {
  const cluster = await startCluster();
  const old = await cluster.make(replicaSets, 'old');
  const other = await cluster.make(replicaSets, 'other');
  for (const name of ['goes', 'stays']) await cluster.make(pods, name, [cluster.refTo(old)]);
  cluster.start();
  let adopted: Promise<unknown> | undefined;
  cluster.api.before(({ verb, resource, name }) => {
    if (verb !== 'delete' || resource !== 'pods' || name !== 'stays' || adopted) return;
    // Just before the deletion arrives.
    const ownerReferences = [cluster.refTo(other)];
    const at = { namespace: 'default', name: 'stays' };
    adopted = cluster.api.patch(pods, { ...at, type: 'merge', body: { metadata: { ownerReferences } } });
    throw new ApiError(409, {
      reason: 'Conflict',
      message: 'the resourceVersion in the precondition differs',
    });
  });
  await cluster.remove(replicaSets, 'old', 'Background');
  await cluster.reach('collected', () => !cluster.names().includes('goes'));
  await cluster.clock.advance(60_000);
  assert.deepEqual(cluster.names(), ['other', 'stays']);
  const asked = cluster.api.requests.filter(({ verb, resource }) => verb === 'get' && resource === 'pods');
  assert.deepEqual(asked, []);
});

test('foreground: the owner goes last', async () => {
  const cluster = await startCluster();
  await cluster.family();
  cluster.start();
  const order: string[] = [];
  cluster.api.watch(pods, { resourceVersion: '0' }, watcher(order));
  cluster.api.watch(replicaSets, { resourceVersion: '0' }, watcher(order));
  cluster.api.watch(deployments, { resourceVersion: '0' }, watcher(order));
  await cluster.remove(deployments, 'web', 'Foreground');
  assert.ok(cluster.names().includes('web'), 'still there');
  await cluster.reach('collected', () => cluster.names().length === 0);
  await cluster.reach('seen', () => order.length === 4);
  assert.deepEqual(order.slice(2), ['web-1', 'web']);
});

test('foreground waits for Pods that end gracefully', async () => {
  const cluster = await startCluster();
  const set = await cluster.make(replicaSets, 'web-1');
  const pod = await cluster.make(pods, 'web-1-a', [cluster.refTo(set)]);
  await cluster.api.update(pods, { ...pod, spec: { nodeName: 'node-1' } } as never);
  cluster.start();
  await cluster.remove(replicaSets, 'web-1', 'Foreground');
  await cluster.reach('marked', () => cluster.api.all(pods)[0]?.metadata.deletionTimestamp !== undefined);
  await cluster.clock.advance(5000);
  assert.deepEqual(cluster.names(), ['web-1', 'web-1-a']);
  const kubelet = startFakeKubelet(cluster.context);
  await cluster.reach('collected', () => cluster.names().length === 0);
  kubelet.stop();
});

test('orphan: what it owned stays, without the reference', async () => {
  const cluster = await startCluster();
  await cluster.family();
  cluster.start();
  await cluster.remove(replicaSets, 'web-1', 'Orphan');
  await cluster.reach('orphaned', () => cluster.names().length === 3);
  assert.deepEqual(cluster.names(), ['web', 'web-1-a', 'web-1-b']);
  for (const { metadata } of cluster.api.all(pods)) assert.deepEqual(metadata.ownerReferences, []);
});

test('an object whose owner was gone before it came is collected; one with an owner left only loses the reference', async () => {
  const cluster = await startCluster();
  const set = await cluster.make(replicaSets, 'web-1');
  const gone = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'old', uid: 'no-such-uid' };
  cluster.start();
  await cluster.make(pods, 'late', [gone]);
  await cluster.make(pods, 'kept', [cluster.refTo(set), gone]);
  await cluster.make(pods, 'impostor', [{ ...gone, name: 'web-1' }]);
  await cluster.reach('collected', () => cluster.names().length === 2);
  assert.deepEqual(cluster.names(), ['kept', 'web-1']);
  await cluster.reach('unlinked', () => cluster.api.all(pods)[0]?.metadata.ownerReferences?.length === 1);
});

test('an owner in another namespace is no owner, and a namespaced one cannot own a cluster-wide object', async () => {
  const cluster = await startCluster();
  const foreign = await cluster.api.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-1', namespace: 'elsewhere' },
  });
  cluster.start();
  await cluster.make(pods, 'lost', [cluster.refTo(foreign)]);
  await cluster.make(nodes, 'node-1', [cluster.refTo(foreign)]);
  await cluster.reach('collected', () => cluster.api.all(pods).length === 0);
  await cluster.reach('reported', () => cluster.api.all(events).length === 2);
  assert.deepEqual(cluster.names(), ['node-1', 'web-1']);
  assert.ok(cluster.api.all(events).every(({ reason }) => reason === 'OwnerRefInvalidNamespace'));
});

test('an owner whose kind is not known is not decided on until it is', async () => {
  const cluster = await startCluster();
  const widgets: Resource = {
    group: 'example.com',
    version: 'v1',
    name: 'widgets',
    kind: 'Widget',
    namespaced: true,
  };
  cluster.start();
  await cluster.make(pods, 'part', [
    { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'none' },
  ]);
  await cluster.clock.advance(5000);
  assert.deepEqual(cluster.names(), ['part']);
  cluster.api.register(widgets);
  await cluster.clock.advance(31_000);
  await cluster.reach('collected', () => cluster.names().length === 0);
});

test('a resource without strategic merge patches is unlinked by a merge patch', async () => {
  const cluster = await startCluster();
  await cluster.family();
  cluster.api.before(({ verb, resource }) => {
    if (verb === 'patch' && resource === 'pods' && !tried.has(cluster.api.requests.length)) {
      tried.add(cluster.api.requests.length);
      if (tried.size <= 2) throw new ApiError(415, { reason: 'UnsupportedMediaType', message: 'no' });
    }
  });
  const tried = new Set<number>();
  cluster.start();
  await cluster.remove(replicaSets, 'web-1', 'Orphan');
  await cluster.reach('orphaned', () => cluster.names().length === 3);
});

test('owners decide', () => {
  const one = { apiVersion: 'v1', kind: 'X', name: 'one', uid: 'u1' };
  const two = { ...one, uid: 'u2' };
  const none = { solid: [], dangling: [], waiting: [] };
  assert.deepEqual(decide({ ...none, solid: [one] }, [], true), { action: 'keep' });
  assert.deepEqual(decide({ solid: [one], dangling: [two], waiting: [] }, [], true), {
    action: 'unlink',
    owners: ['u2'],
  });
  assert.deepEqual(decide({ ...none, waiting: [one] }, [], true), { action: 'delete', policy: 'Foreground' });
  assert.deepEqual(decide({ ...none, waiting: [one] }, [], false), {
    action: 'delete',
    policy: 'Background',
  });
  assert.deepEqual(decide({ ...none, dangling: [one] }, ['orphan'], true), {
    action: 'delete',
    policy: 'Orphan',
  });
  assert.deepEqual(decide({ ...none, dangling: [one] }, ['foregroundDeletion'], true), {
    action: 'delete',
    policy: 'Foreground',
  });
});

function watcher(order: string[]) {
  return {
    event({ type, object }: { type: string; object: ApiObject }) {
      if (type === 'DELETED') order.push(object.metadata.name ?? '');
    },
    closed: () => undefined,
  };
}
