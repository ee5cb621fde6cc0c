import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import {
  deviceClasses,
  persistentVolumeClaims,
  type Pod,
  pods,
  resourceClaims,
  type ResourceQuota,
  resourceQuotas,
  services,
} from '../../runtime/client/resource.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { ResourceQuotaController } from './resourcequota-controller.ts';

type Amounts = Record<string, string>;

async function cluster(t: NodeTest, resourceQuotaSyncPeriodMs = 300_000) {
  const context = createTestContext();
  const { api, clock, informers } = context;
  api.register(resourceQuotas, pods, services, persistentVolumeClaims, resourceClaims, deviceClasses);
  const settings = { resourceQuotaSyncPeriodMs };
  const controller = new ResourceQuotaController(context, { workers: 1, settings });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  const settle = async () => {
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  return {
    api,
    clock,
    settle,
    limit: async (hard: Amounts, spec: object = {}, name = 'q') => {
      await api.create(resourceQuotas, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name, namespace: 'default' },
        spec: { hard, ...spec },
      } as ResourceQuota);
      await settle();
    },
    run: async (name: string, spec: object = {}, status: object = { phase: 'Running' }) => {
      await api.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }], ...spec },
        status,
      } as unknown as Pod);
      await settle();
    },
    status: (name = 'q') => api.all(resourceQuotas).find(({ metadata }) => metadata.name === name)?.status,
  };
}

test('a new quota gets its limits and what is used already', async (t) => {
  const { limit, run, status } = await cluster(t);
  await run('a');
  await run('b', { activeDeadlineSeconds: 5 });
  await run('c', {}, { phase: 'Failed' });
  const hard = { pods: '5', 'count/pods': '5', cpu: '4', services: '1', 'count/nothing.example.com': '1' };
  await limit(hard);
  assert.deepEqual(status(), {
    hard,
    used: { 'count/pods': '3', cpu: '2', pods: '2', services: '0' },
  });
  await limit({ pods: '1' }, { scopes: ['Terminating'] }, 'scoped');
  assert.deepEqual(status('scoped'), { hard: { pods: '1' }, used: { pods: '1' } });
});

test('what is deleted, or has ended, is given back', async (t) => {
  const { api, limit, run, settle, status } = await cluster(t);
  await run('a');
  await run('b');
  await limit({ pods: '5', cpu: '4' });
  assert.deepEqual(status()?.used, { cpu: '2', pods: '2' });
  await api.delete(pods, { namespace: 'default', name: 'a' });
  await settle();
  assert.deepEqual(status()?.used, { cpu: '1', pods: '1' });
  const ended = api.all(pods).find(({ metadata }) => metadata.name === 'b') as Pod;
  await api.update(pods, { ...ended, status: { phase: 'Succeeded' } }, 'status');
  await settle();
  assert.deepEqual(status()?.used, { cpu: '0', pods: '0' });
});

test('changed limits are shown, and everything is counted again from time to time', async (t) => {
  const { api, clock, limit, run, settle, status } = await cluster(t);
  await limit({ pods: '5' });
  const quota = api.all(resourceQuotas)[0] as ResourceQuota;
  await api.update(resourceQuotas, { ...quota, spec: { hard: { pods: '7' } } });
  await settle();
  assert.deepEqual(status(), { hard: { pods: '7' }, used: { pods: '0' } });
  // The API server charges what is created; here nobody does.
  await run('a');
  assert.deepEqual(status()?.used, { pods: '0' });
  await clock.advance(300_000);
  await settle();
  assert.deepEqual(status()?.used, { pods: '1' });
});
