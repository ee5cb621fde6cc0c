import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { resourceInfo } from '@pg8s/k8s-proto/scheme';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { preventEscalation } from './prevent-escalation.ts';
import { rbacAuthorizer } from './rbac-authorizer.ts';
import { RbacIndex } from './rbac-index.ts';
import { rbacGroup } from './rbac-objects.ts';
import type { PolicyRule, RbacResource } from './rbac-objects.ts';

const apiVersion = `${rbacGroup}/v1`;
const readPods: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

describe('escalation', () => {
  let index: RbacIndex;
  /** Jane has `rules` in namespace `a`. */
  const give = (...rules: PolicyRule[]): void => {
    index.set('roles', { apiVersion, kind: 'Role', metadata: { name: 'own', namespace: 'a' }, rules });
    index.set('rolebindings', {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'own', namespace: 'a' },
      subjects: [{ kind: 'User', name: 'jane' }],
      roleRef: { apiGroup: rbacGroup, kind: 'Role', name: 'own' },
    });
  };
  beforeEach(() => {
    index = new RbacIndex();
    index.set('clusterroles', {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [readPods],
    });
  });

  async function write(
    name: RbacResource,
    object: Partial<KubeObject>,
    oldObject?: Partial<KubeObject>,
    groups: string[] = [],
  ) {
    const resource = resourceInfo(rbacGroup, 'v1', name);
    assert.ok(resource);
    await preventEscalation(rbacAuthorizer(index), index).validate?.({
      operation: oldObject === undefined ? 'CREATE' : 'UPDATE',
      resource,
      subresource: '',
      namespace: 'a',
      name: 'x',
      object: object as KubeObject,
      ...(oldObject === undefined ? {} : { oldObject: oldObject as KubeObject }),
      user: { name: 'jane', groups },
      dryRun: false,
      warn: () => undefined,
    });
  }

  const bindReader = { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'reader' }, subjects: [] };

  test('nobody gives what they do not have', async () => {
    give({ verbs: ['get'], apiGroups: [''], resources: ['pods'] });
    await assert.rejects(write('roles', { rules: [readPods] }), {
      message:
        'roles.rbac.authorization.k8s.io "x" is forbidden: user "jane" (groups=[]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
    });
    await assert.rejects(write('rolebindings', bindReader), /not currently held/);
  });

  test('what one has may be given', async () => {
    give({ verbs: ['*'], apiGroups: [''], resources: ['pods', '*/scale'] });
    await write('roles', {
      rules: [readPods, { verbs: ['get'], apiGroups: [''], resources: ['replicationcontrollers/scale'] }],
    });
    await write('rolebindings', bindReader);
    await assert.rejects(
      write('roles', { rules: [{ ...readPods, apiGroups: ['*'] }] }),
      /not currently held/,
    );
  });

  test('names narrow what is covered', async () => {
    give({ ...readPods, resourceNames: ['one'] });
    await write('roles', { rules: [{ ...readPods, resourceNames: ['one'] }] });
    await assert.rejects(
      write('roles', { rules: [{ ...readPods, resourceNames: ['one', 'two'] }] }),
      /ResourceNames:\["two"\]/,
    );
    await assert.rejects(write('roles', { rules: [readPods] }), /not currently held/);
  });

  test('escalate and bind are permissions of their own, masters need none', async () => {
    give({ verbs: ['bind'], apiGroups: [rbacGroup], resources: ['clusterroles'], resourceNames: ['reader'] });
    await write('rolebindings', bindReader);
    await assert.rejects(write('roles', { rules: [readPods] }), /not currently held/);
    give({ verbs: ['escalate'], apiGroups: [rbacGroup], resources: ['roles'] });
    await write('roles', { rules: [readPods] });
    await write('rolebindings', bindReader, undefined, ['system:masters']);
  });

  test('what does not change is not asked about', async () => {
    await write('roles', { rules: [readPods], metadata: { labels: { a: 'b' } } }, { rules: [readPods] });
    await write('rolebindings', bindReader, bindReader);
  });

  test('a binding to a role that is not there is refused', async () => {
    const lost = { ...bindReader, roleRef: { ...bindReader.roleRef, name: 'lost' } };
    await assert.rejects(write('rolebindings', lost), {
      message: 'clusterroles.rbac.authorization.k8s.io "lost" not found',
    });
  });

  test('aggregation takes everything', async () => {
    give(readPods);
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    await assert.rejects(write('clusterroles', { aggregationRule }), /Resources:\["\*"\]/);
  });
});
