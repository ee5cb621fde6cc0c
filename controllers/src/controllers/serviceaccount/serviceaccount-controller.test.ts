import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaces, serviceAccounts } from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { ServiceAccountController } from './serviceaccount-controller.ts';

test('every namespace has an account for Pods that name none, and gets it back', async (t) => {
  const context = createTestContext();
  const { api, informers } = context;
  api.register(namespaces, serviceAccounts);
  const controller = new ServiceAccountController(context, { workers: 1 });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const accounts = () =>
    api.all(serviceAccounts).map(({ metadata: { name, namespace } }) => `${namespace}/${name}`);
  await until('an account', () => accounts().length === 1);
  assert.deepEqual(accounts(), ['team/default']);
  const uid = api.all(serviceAccounts)[0]?.metadata.uid;
  await api.delete(serviceAccounts, { namespace: 'team', name: 'default' });
  await until('another account', () => {
    const [account] = api.all(serviceAccounts);
    return account !== undefined && account.metadata.uid !== uid;
  });
});
