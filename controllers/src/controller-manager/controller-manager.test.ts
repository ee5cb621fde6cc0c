import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createControllerManager, isEnabled } from './controller-manager.ts';
import { controllerTable } from './controller-table.ts';
import { controllerManagerFlags } from '../flags/controller-manager-flags.ts';
import { deployments, leases, pods } from '../runtime/client/resource.ts';
import { until } from '../runtime/testing/fake-clock.ts';
import { startFakeKubelet } from '../runtime/testing/fake-kubelet.ts';
import { createTestContext } from '../runtime/testing/test-context.ts';

test('--controllers enables and disables by name, then by the star', () => {
  assert.equal(isEnabled('a'), true);
  assert.equal(isEnabled('a', ['*', '-a']), false);
  assert.equal(isEnabled('a', ['a']), true);
  assert.equal(isEnabled('b', ['a']), false);
});

test('every concurrent flag has the default of the controller table', () => {
  const workers = Object.fromEntries(controllerTable.map(({ name, workers }) => [name, workers.count]));
  const flag = (name: string) =>
    Number(controllerManagerFlags.find((one) => one.name === name)?.defaultValue);
  assert.deepEqual(workers, {
    'deployment-controller': flag('concurrent-deployment-syncs'),
    'replicaset-controller': flag('concurrent-replicaset-syncs'),
    'garbage-collector-controller': flag('concurrent-gc-syncs'),
    'namespace-controller': flag('concurrent-namespace-syncs'),
    'resourcequota-controller': flag('concurrent-resource-quota-syncs'),
    // They have none.
    'serviceaccount-controller': 1,
    'clusterrole-aggregation-controller': 5,
    'disruption-controller': 1,
    'node-lifecycle-controller': 8,
    'taint-eviction-controller': 8,
    'volumeattributesclass-protection-controller': 1,
    'persistentvolume-protection-controller': 1,
    'persistentvolumeclaim-protection-controller': 1,
    'pod-garbage-collector-controller': 1,
    'root-ca-certificate-publisher-controller': 1,
  });
});

test('the manager leads, works, loses its lease, and works again in a new term', async () => {
  const { api, clock, log, ...context } = createTestContext();
  api.register(deployments, pods);
  const kubelet = startFakeKubelet({ api, clock, log, ...context });
  const part = createControllerManager({
    kubeConfig: undefined as never,
    client: api,
    clock,
    log,
    leaderElection: { identity: 'one' },
  });
  const running = () => api.all(pods).filter(({ status }) => status?.phase === 'Running').length;
  async function reach(what: string, condition: () => boolean): Promise<void> {
    for (let round = 0; round < 200; round++) {
      try {
        return await until(what, condition, 10);
      } catch {
        await clock.advance(500);
      }
    }
    throw new Error(`never happened: ${what}`);
  }
  const make = (name: string) =>
    api.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [] } },
      },
    });
  part.start();
  await part.ready;
  assert.equal(api.all(leases)[0]?.spec?.holderIdentity, 'one');
  await make('first');
  await reach('works', () => running() === 2);

  const lease = api.all(leases)[0];
  assert.ok(lease?.spec);
  await api.update(leases, { ...lease, spec: { ...lease.spec, holderIdentity: 'thief' } });
  await clock.advance(14_000);
  await make('second');
  await clock.advance(1000);
  assert.equal(running(), 2, 'does not work without the lease');
  await reach('works again', () => running() === 4);
  assert.equal(api.all(leases)[0]?.spec?.leaseTransitions, 1);

  const closed = part.close();
  await clock.advance(20_000);
  await closed;
  assert.equal(api.all(leases)[0]?.spec?.holderIdentity, '', 'released');
  kubelet.stop();
});
