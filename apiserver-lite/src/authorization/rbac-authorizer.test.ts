import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { requestInfoOf } from '../filters/request-info.ts';
import { parseRequestTarget } from '../http/request-target.ts';
import { rbacAuthorizer } from './rbac-authorizer.ts';
import { RbacIndex } from './rbac-index.ts';
import type { PolicyRule, RbacResource, Subject } from './rbac-objects.ts';

function role(name: string, rules: PolicyRule[], namespace?: string): [RbacResource, KubeObject] {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return [
    namespace === undefined ? 'clusterroles' : 'roles',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, rules },
  ];
}

function binding(
  name: string,
  [kind, roleName]: [string, string],
  subjects: Subject[],
  namespace?: string,
): [RbacResource, KubeObject] {
  return [
    namespace === undefined ? 'clusterrolebindings' : 'rolebindings',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: namespace === undefined ? { name } : { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName },
      subjects,
    },
  ];
}

const jane: Subject = { kind: 'User', name: 'jane' };
const devs: Subject = { kind: 'Group', name: 'devs' };
const bot: Subject = { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' };

function ask(index: RbacIndex, who: string, question: string): string {
  const [name = '', ...groups] = who.split(' ');
  const [method = '', target = ''] = question.split(' ');
  const info = requestInfoOf(method, parseRequestTarget(target));
  const answer = rbacAuthorizer(index).authorize({ ...info, user: { name, groups } });
  assert.ok(!(answer instanceof Promise));
  return answer.decision === 'allow' ? 'yes' : `no${answer.reason === '' ? '' : ` (${answer.reason})`}`;
}

function indexOf(...objects: [RbacResource, KubeObject][]): RbacIndex {
  const index = new RbacIndex();
  for (const [resource, object] of objects) index.set(resource, object);
  return index;
}

test('resources, subresources, names and groups', () => {
  const index = indexOf(
    role('reader', [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
      { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'] },
      { verbs: ['get'], apiGroups: ['*'], resources: ['*/scale'] },
      { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] },
    ]),
    binding('b', ['ClusterRole', 'reader'], [jane]),
  );
  const expected: Record<string, string> = {
    'GET /api/v1/namespaces/a/pods': 'yes',
    'GET /api/v1/pods': 'yes',
    'GET /api/v1/namespaces/a/pods/b/log': 'yes',
    'GET /api/v1/namespaces/a/pods/b/status': 'no',
    'DELETE /api/v1/namespaces/a/pods/b': 'no',
    'GET /api/v1/namespaces/a/configmaps/one': 'yes',
    'GET /api/v1/namespaces/a/configmaps/two': 'no',
    'GET /api/v1/namespaces/a/configmaps': 'no',
    'GET /apis/apps/v1/namespaces/a/deployments/b/scale': 'yes',
    'GET /api/v1/namespaces/a/replicationcontrollers/b/scale': 'yes',
    'DELETE /apis/apps/v1/namespaces/a/deployments/b': 'yes',
    'GET /apis/batch/v1/jobs': 'no',
    'GET /healthz': 'no',
  };
  for (const [question, answer] of Object.entries(expected))
    assert.equal(ask(index, 'jane', question), answer, question);
  assert.equal(ask(index, 'joe', 'GET /api/v1/pods'), 'no');
});

test('paths that are no resources', () => {
  const index = indexOf(
    role('urls', [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/apis/*'] }]),
    binding('b', ['ClusterRole', 'urls'], [devs]),
  );
  assert.equal(ask(index, 'joe devs', 'GET /healthz'), 'yes');
  assert.equal(ask(index, 'joe devs', 'GET /healthz/etcd'), 'no');
  assert.equal(ask(index, 'joe devs', 'GET /apis/apps'), 'yes');
  assert.equal(ask(index, 'joe devs', 'GET /apis'), 'no');
  assert.equal(ask(index, 'joe devs', 'POST /healthz'), 'no');
});

test('a RoleBinding reaches its namespace alone, by either kind of role', () => {
  const index = indexOf(
    role('own', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], 'a'),
    role('shared', [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }]),
    binding('one', ['Role', 'own'], [bot], 'a'),
    binding('two', ['ClusterRole', 'shared'], [bot], 'a'),
  );
  const who = 'system:serviceaccount:ci:bot';
  assert.equal(ask(index, who, 'GET /api/v1/namespaces/a/pods/x'), 'yes');
  assert.equal(ask(index, who, 'GET /api/v1/namespaces/a/pods'), 'yes');
  assert.equal(ask(index, who, 'GET /api/v1/namespaces/b/pods'), 'no');
  assert.equal(ask(index, who, 'GET /api/v1/pods'), 'no');
});

test('follows changes, and says which role is missing', () => {
  const index = indexOf(binding('b', ['ClusterRole', 'late'], [jane]));
  const question = 'GET /api/v1/pods';
  assert.equal(
    ask(index, 'jane', question),
    'no (RBAC: clusterrole.rbac.authorization.k8s.io "late" not found)',
  );
  const rules: PolicyRule[] = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }];
  index.set(...role('late', rules));
  assert.equal(ask(index, 'jane', question), 'yes');
  index.set(...binding('b', ['ClusterRole', 'late'], [devs]));
  assert.equal(ask(index, 'jane', question), 'no');
  assert.equal(ask(index, 'jane devs', question), 'yes');
  index.delete('clusterrolebindings', { metadata: { name: 'b' } });
  assert.equal(ask(index, 'jane devs', question), 'no');
});

test('the reason names the binding, the role and the subject by which it is allowed', async () => {
  const index = indexOf(
    role('reader', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]),
    binding('everywhere', ['ClusterRole', 'reader'], [bot, devs, jane]),
    binding('here', ['ClusterRole', 'reader'], [{ kind: 'ServiceAccount', name: 'own' }], 'ci'),
  );
  const reasonFor = async (name: string, groups: string[], namespace: string) => {
    const info = requestInfoOf('GET', parseRequestTarget(`/api/v1/namespaces/${namespace}/pods/p`));
    return (await rbacAuthorizer(index).authorize({ ...info, user: { name, groups } })).reason;
  };
  const of = 'RBAC: allowed by ClusterRoleBinding "everywhere" of ClusterRole "reader" to';
  assert.equal(await reasonFor('jane', [], 'x'), `${of} User "jane"`);
  assert.equal(await reasonFor('jane', ['devs'], 'x'), `${of} Group "devs"`, 'the first subject');
  assert.equal(await reasonFor('system:serviceaccount:ci:bot', [], 'x'), `${of} ServiceAccount "bot/ci"`);
  assert.equal(
    await reasonFor('system:serviceaccount:ci:own', [], 'ci'),
    'RBAC: allowed by RoleBinding "here/ci" of ClusterRole "reader" to ServiceAccount "own/ci"',
  );
});
