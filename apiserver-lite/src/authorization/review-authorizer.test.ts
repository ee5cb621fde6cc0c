import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alwaysAllow } from './authorizer.ts';
import { RbacIndex } from './rbac-index.ts';
import {
  listEverything,
  listNodeRules,
  listNothing,
  listRbacRules,
  reviewAuthorizer,
} from './review-authorizer.ts';

const group = 'rbac.authorization.k8s.io';
const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

function index(): RbacIndex {
  const rbac = new RbacIndex();
  const apiVersion = `${group}/v1`;
  rbac.set('clusterroles', { apiVersion, kind: 'ClusterRole', metadata: { name: 'r' }, rules: [rule] });
  for (const name of ['one', 'two']) {
    rbac.set('clusterrolebindings', {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: name === 'one' ? 'User' : 'Group', apiGroup: group, name }],
    });
  }
  return rbac;
}

test('rules are listed as often as they are bound', async () => {
  const { rulesFor } = reviewAuthorizer(alwaysAllow, [listNodeRules, listRbacRules(index())]);
  const rules = await rulesFor({ name: 'one', groups: ['two'] }, 'default');
  assert.deepEqual(rules, { resourceRules: [rule, rule], nonResourceRules: [], incomplete: false });
  const masters = await rulesFor({ name: 'x', groups: ['system:masters'] }, 'default');
  assert.deepEqual(masters.resourceRules, [], 'only what is bound to them');
});

test('a binding that names the user twice is listed once, a missing role is an error', async () => {
  const rbac = index();
  const user = { name: 'jane', groups: ['a', 'b'] };
  for (const [name, role] of [
    ['twice', 'r'],
    ['broken', 'gone'],
  ]) {
    rbac.set('clusterrolebindings', {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: name! },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
      subjects: user.groups.map((each) => ({ kind: 'Group', apiGroup: group, name: each })),
    });
  }
  assert.deepEqual(await reviewAuthorizer(alwaysAllow, [listRbacRules(rbac)]).rulesFor(user, 'default'), {
    resourceRules: [rule],
    nonResourceRules: [],
    incomplete: false,
    evaluationError: 'clusterrole.rbac.authorization.k8s.io "gone" not found',
  });
});

test('the rules of a node are incomplete', async () => {
  const { rulesFor } = reviewAuthorizer(alwaysAllow, [listNodeRules, listRbacRules(index())]);
  assert.deepEqual(await rulesFor({ name: 'system:node:n', groups: ['system:nodes'] }, 'default'), {
    resourceRules: [],
    nonResourceRules: [],
    incomplete: true,
    evaluationError: 'node authorizer does not support user rule resolution',
  });
});

test('AlwaysAllow lists everything, AlwaysDeny nothing', async () => {
  const { rulesFor } = reviewAuthorizer(alwaysAllow, [listEverything, listNothing]);
  assert.deepEqual(await rulesFor({ name: 'x', groups: [] }, ''), {
    resourceRules: [everything],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  });
});
