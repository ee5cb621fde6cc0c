import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../api-errors/status-error.ts';
import { create, testRegistry } from '../testing/test-registry.ts';
import { update } from '../testing/update.ts';
import type { ReviewAuthorizer } from '../../authorization/access-questions.ts';
import { missingRules } from './rule-coverage.ts';

const roles = 'rbac.authorization.k8s.io/v1/roles';
const bindings = 'rbac.authorization.k8s.io/v1/rolebindings';
const readPods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

/** Jane reads Pods, and may do what `verbs` name with roles. */
function jane(verbs: readonly string[] = []): ReviewAuthorizer {
  return {
    authorize: async ({ verb }) => ({ decision: verbs.includes(verb) ? 'allow' : 'noOpinion', reason: '' }),
    rulesFor: async () => ({ resourceRules: [readPods], nonResourceRules: [], incomplete: false }),
  };
}

const writePods = { metadata: { name: 'r' }, rules: [{ ...readPods, verbs: ['get', 'delete'] }] };

test('who writes a role holds what it permits', async () => {
  const api = await testRegistry({ authorizer: jane() });
  await create(api, roles, { metadata: { name: 'reader' }, rules: [readPods] });
  await assert.rejects(create(api, roles, writePods), (error) => {
    assert.ok(error instanceof StatusError);
    assert.equal(error.status.code, 403);
    assert.equal(
      error.message,
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    return true;
  });
  await create(await testRegistry({ authorizer: jane(['escalate']) }), roles, writePods);
});

test('who binds a role holds what it permits, or may bind it', async () => {
  const binding = {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  };
  for (const [verbs, allowed] of [
    [[], false],
    [['bind'], true],
  ] as const) {
    const api = await testRegistry({ authorizer: jane(verbs) });
    const { resource } = api.rest(roles);
    await api
      .storage('rbac.authorization.k8s.io', 'roles')
      .create(
        { namespace: 'default', name: 'r' },
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: resource.kind, ...writePods },
      );
    if (allowed) await create(api, bindings, binding);
    else await assert.rejects(create(api, bindings, binding), /not currently held/);
  }
});

test('coverage', () => {
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const names = { ...readPods, resourceNames: ['a'] };
  const subresource = { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] };
  const url = { verbs: ['get'], nonResourceURLs: ['/healthz/etcd'] };
  assert.deepEqual(missingRules([all], [readPods, names, subresource]), []);
  assert.deepEqual(missingRules([readPods], [names]), []);
  assert.deepEqual(missingRules([names], [readPods]), [
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
  ]);
  assert.deepEqual(missingRules([{ ...subresource, resources: ['*/log'] }], [subresource]), []);
  assert.deepEqual(missingRules([readPods], [all]).length, 1);
  assert.deepEqual(missingRules([{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }], [url]), []);
  assert.deepEqual(missingRules([all], [url]), ['{NonResourceURLs:["/healthz/etcd"], Verbs:["get"]}']);
});

test('any change grants again, but for what the garbage collector writes', async () => {
  const api = await testRegistry({ authorizer: jane() });
  const clusterRoles = 'rbac.authorization.k8s.io/v1/clusterroles';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const aggregated = {
    metadata: { name: 'all', creationTimestamp },
    rules: [],
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
  };
  const stored = api.storage('rbac.authorization.k8s.io', 'roles');
  const metadata = { name: 'r', namespace: 'default', creationTimestamp };
  await stored.create(
    { namespace: 'default', name: 'r' },
    { apiVersion, kind: 'Role', ...writePods, metadata },
  );
  await api
    .storage('rbac.authorization.k8s.io', 'clusterroles')
    .create({ namespace: '', name: 'all' }, { apiVersion, kind: 'ClusterRole', ...aggregated });
  for (const [place, name, message] of [
    [
      roles,
      'r',
      /"r" is forbidden: user "jane" .* is attempting to grant RBAC permissions not currently held/,
    ],
    [
      clusterRoles,
      'all',
      /"all" is forbidden: must have cluster-admin privileges to use the aggregationRule$/,
    ],
  ] as const) {
    await update(api, place, name, ({ metadata }) => (metadata.finalizers = ['example.com/a']));
    const label = update(api, place, name, ({ metadata }) => (metadata.labels = { a: 'b' }));
    await assert.rejects(label, message);
  }
});
