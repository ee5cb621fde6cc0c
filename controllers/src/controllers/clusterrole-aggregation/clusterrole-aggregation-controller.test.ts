import assert from 'node:assert/strict';
import { test, type TestContext as Test } from 'node:test';
import { type ClusterRole, clusterRoles } from '../../runtime/client/resource.ts';
import { settle, until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { ClusterRoleAggregationController } from './clusterrole-aggregation-controller.ts';

const [apiVersion, kind] = ['rbac.authorization.k8s.io/v1', 'ClusterRole'];
const selects = (label: string) => ({ clusterRoleSelectors: [{ matchLabels: { [label]: 'yes' } }] });
const rule = (resource: string) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });

async function started(t: Test) {
  const context = createTestContext();
  const { api, informers } = context;
  api.register(clusterRoles);
  const controller = new ClusterRoleAggregationController(context, { workers: 1 });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  const create = (name: string, label: string, more: Partial<ClusterRole>) =>
    api.create(clusterRoles, { apiVersion, kind, metadata: { name, labels: { [label]: 'yes' } }, ...more });
  const resourcesOf = (name: string) =>
    (api.all(clusterRoles).find(({ metadata }) => metadata.name === name)?.rules ?? [])
      .flatMap(({ resources = [] }) => resources)
      .join();
  return { api, create, resourcesOf };
}

test('rules follow the roles that are selected, through roles that aggregate themselves', async (t) => {
  const { api, create, resourcesOf } = await started(t);
  await create('admin', 'to-nothing', { aggregationRule: selects('to-admin') });
  await create('edit', 'to-admin', { aggregationRule: selects('to-edit') });
  await create('pods', 'to-edit', { rules: [rule('pods')] });
  await until('admin may get Pods', () => resourcesOf('admin') === 'pods');
  await create('more', 'to-edit', { rules: [rule('secrets')] });
  await until('the new role counts', () => resourcesOf('admin') === 'secrets,pods');
  await api.delete(clusterRoles, { name: 'pods' });
  await until('what was deleted does not', () => resourcesOf('admin') === 'secrets');
  const body = { rules: [rule('nodes')] };
  await api.patch(clusterRoles, { name: 'edit', type: 'merge', body });
  await until('what others wrote is overwritten', () => resourcesOf('edit') === 'secrets');
});

test('rules that are right already are not written', async (t) => {
  const { api, create, resourcesOf } = await started(t);
  await create('pods', 'to-edit', { rules: [rule('pods')] });
  await create('edit', 'to-admin', { rules: [rule('pods')], aggregationRule: selects('to-edit') });
  await create('nothing', 'to-admin', { rules: [], aggregationRule: selects('to-nothing') });
  await create('alone', 'to-admin', { rules: [rule('nodes')] });
  await settle();
  assert.equal(resourcesOf('alone'), 'nodes');
  assert.deepEqual(
    api.requests.filter(({ verb }) => verb === 'patch'),
    [],
  );
});
