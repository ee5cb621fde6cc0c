import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ApiError } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import {
  configMaps,
  deployments,
  namespaces,
  pods,
  type Resource,
  serviceAccounts,
  services,
} from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { startFakeKubelet } from '../../runtime/testing/fake-kubelet.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { NamespaceController } from './namespace-controller.ts';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function startCluster() {
  const context = createTestContext();
  const { api, clock, informers } = context;
  api.register(namespaces, pods, services, deployments, serviceAccounts, configMaps);
  const controller = new NamespaceController(context, {
    workers: 2,
    quietPeriodMs: 1000,
    followsAll: true,
  });
  for (const resource of [services, deployments, serviceAccounts, configMaps]) informers.of(resource);
  informers.start();
  await informers.synced();
  controller.start();
  running.push(async () => {
    informers.stop();
    await controller.stop();
  });
  await api.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  const make = (
    resource: Resource,
    name: string,
    more: Partial<ApiObject['metadata']> = {},
    namespace = 'team',
  ) =>
    api.create(resource, { apiVersion: 'v1', kind: resource.kind, metadata: { name, namespace, ...more } });
  return {
    api,
    clock,
    context,
    make,
    team: () => api.all(namespaces)[0],
    conditions: () =>
      Object.fromEntries(
        (api.all(namespaces)[0]?.status?.conditions ?? []).map(({ type, status, reason, message }) => [
          type.replace('Namespace', ''),
          [status, reason, message],
        ]),
      ),
    async reach(what: string, condition: () => boolean) {
      for (let round = 0; round < 100; round++) {
        try {
          return await until(what, condition, 20);
        } catch {
          await clock.advance(500);
        }
      }
      throw new Error(`never happened: ${what}`);
    },
  };
}

test('a namespace goes when its content is gone, and only its content', async () => {
  const cluster = await startCluster();
  await cluster.make(services, 'a');
  await cluster.make(deployments, 'b');
  await cluster.make(services, 'other', {}, 'default');
  await cluster.clock.advance(1000);
  assert.equal(cluster.team()?.metadata.deletionTimestamp, undefined);
  await cluster.api.delete(namespaces, { name: 'team' });
  await assert.rejects(cluster.make(services, 'late'), /being terminated/);
  await cluster.reach('gone', () => cluster.team() === undefined);
  assert.deepEqual(
    cluster.api.all(services).map(({ metadata }) => metadata.name),
    ['other'],
  );
  assert.equal(cluster.api.all(deployments).length, 0);
});

test('Pods end before anything else is deleted', async () => {
  const cluster = await startCluster();
  await cluster.make(services, 'needed');
  const pod = await cluster.make(pods, 'slow');
  const spec = { nodeName: 'node-1', terminationGracePeriodSeconds: 30 };
  await cluster.api.update(pods, { ...pod, spec } as never);
  await cluster.api.delete(namespaces, { name: 'team' });
  await cluster.reach('marked', () => cluster.api.all(pods)[0]?.metadata.deletionTimestamp !== undefined);
  await cluster.reach('reported', () => cluster.conditions()['ContentRemaining']?.[0] === 'True');
  assert.deepEqual(cluster.conditions()['ContentRemaining'], [
    'True',
    'SomeResourcesRemain',
    'Some resources are remaining: pods. has 1 resource instances',
  ]);
  assert.equal(cluster.api.all(services).length, 1);
  const kubelet = startFakeKubelet(cluster.context);
  await cluster.reach('gone', () => cluster.team() === undefined);
  kubelet.stop();
});

test('what holds the namespace up is told in its conditions', async () => {
  const cluster = await startCluster();
  await cluster.make(services, 'held', { finalizers: ['example.com/hold'] });
  const refuse = cluster.api.before(({ verb, resource }) => {
    if (verb === 'deletecollection' && resource === 'deployments')
      throw new ApiError(500, { reason: 'InternalError', message: 'no deployments today' });
  });
  await cluster.api.delete(namespaces, { name: 'team' });
  await cluster.reach('reported', () => cluster.conditions()['FinalizersRemaining']?.[0] === 'True');
  assert.equal(cluster.team()?.status?.phase, 'Terminating');
  assert.deepEqual(cluster.conditions(), {
    DeletionDiscoveryFailure: ['False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    DeletionGroupVersionParsingFailure: [
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    DeletionContentFailure: [
      'True',
      'ContentDeletionFailed',
      'Failed to delete all resource types, 1 remaining: no deployments today',
    ],
    ContentRemaining: [
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: services. has 1 resource instances',
    ],
    FinalizersRemaining: [
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ],
  });
  refuse();
  await cluster.reach('healed', () => cluster.conditions()['DeletionContentFailure']?.[0] === 'False');
  await cluster.api.patch(services, {
    namespace: 'team',
    name: 'held',
    type: 'merge',
    body: { metadata: { finalizers: [] } },
  });
  await cluster.reach('gone', () => cluster.team() === undefined);
});

test('finalizers of others are left to them', async () => {
  const cluster = await startCluster();
  const namespace = await cluster.api.get(namespaces, { name: 'team' });
  await cluster.api.update(
    namespaces,
    { ...namespace, spec: { finalizers: ['kubernetes', 'example.com/last'] } },
    'finalize',
  );
  await cluster.api.delete(namespaces, { name: 'team' });
  await cluster.reach('finalized', () => cluster.team()?.spec?.finalizers?.length === 1);
  assert.deepEqual(cluster.team()?.spec?.finalizers, ['example.com/last']);
});

test('a namespace rests while a client deletes what is in it, one by one', async () => {
  const cluster = await startCluster();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await cluster.make(services, name);
  await cluster.clock.advance(1000);
  await cluster.api.delete(namespaces, { name: 'team' });
  for (const name of names) {
    await cluster.clock.advance(700);
    // Rejects when it is gone already.
    await cluster.api.delete(services, { namespace: 'team', name });
  }
  await cluster.clock.advance(900);
  assert.ok(cluster.team(), 'still quiet for less than a second');
  await cluster.clock.advance(200);
  assert.equal(cluster.team(), undefined);
});

test('it rests for five seconds at most, and what controllers delete does not count', async () => {
  const cluster = await startCluster();
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'u', controller: true };
  for (let index = 0; index < 20; index++) await cluster.make(services, `s${index}`);
  for (let index = 0; index < 4; index++)
    await cluster.make(deployments, `owned${index}`, { ownerReferences: [owner] });
  await cluster.clock.advance(1000);
  await cluster.api.delete(namespaces, { name: 'team' });
  for (let index = 0; index < 9; index++) {
    await cluster.clock.advance(500);
    await cluster.api.delete(services, { namespace: 'team', name: `s${index}` });
  }
  await cluster.clock.advance(600);
  assert.equal(cluster.team(), undefined, 'after five seconds');

  await cluster.api.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'other' },
    spec: { finalizers: ['kubernetes'] },
  });
  await cluster.make(services, 'one', {}, 'other');
  for (let index = 0; index < 4; index++)
    await cluster.make(deployments, `owned${index}`, { ownerReferences: [owner] }, 'other');
  await cluster.clock.advance(1000);
  await cluster.api.delete(namespaces, { name: 'other' });
  for (let index = 0; index < 2; index++) {
    await cluster.clock.advance(400);
    await cluster.api.delete(deployments, { namespace: 'other', name: `owned${index}` });
  }
  await cluster.clock.advance(250);
  assert.deepEqual(cluster.api.all(namespaces), []);
});

test('a namespace in which nobody made anything does not rest', async () => {
  const cluster = await startCluster();
  await cluster.make(serviceAccounts, 'default');
  await cluster.make(configMaps, 'kube-root-ca.crt');
  await cluster.clock.advance(1000);
  await cluster.api.delete(namespaces, { name: 'team' });
  await cluster.clock.advance(0);
  await until('gone', () => cluster.team() === undefined);
});
