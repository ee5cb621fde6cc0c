import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { requestInfoOf } from '../../filters/request-info.ts';
import { parseRequestTarget } from '../../http/request-target.ts';
import { rbacAuthorizer } from '../../authorization/rbac-authorizer.ts';
import { RbacIndex } from '../../authorization/rbac-index.ts';
import type { RbacResource, RoleObject } from '../../authorization/rbac-objects.ts';
import { reconcilePolicy } from './reconcile.ts';
import type { PolicyStore } from './reconcile.ts';

const shared = { controllersShareOneIdentity: true };

class MemoryPolicyStore implements PolicyStore {
  readonly objects = new Map<RbacResource, Map<string, KubeObject>>();
  of(resource: RbacResource): Map<string, KubeObject> {
    let objects = this.objects.get(resource);
    if (objects === undefined) this.objects.set(resource, (objects = new Map<string, KubeObject>()));
    return objects;
  }
  async list(resource: RbacResource): Promise<ReadonlyMap<string, KubeObject>> {
    return new Map(this.of(resource));
  }
  async create(resource: RbacResource, object: KubeObject): Promise<void> {
    this.of(resource).set(`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
  }
  update(resource: RbacResource, object: KubeObject): Promise<void> {
    return this.create(resource, object);
  }
  async delete(resource: RbacResource, object: KubeObject): Promise<void> {
    this.of(resource).delete(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
  }
}

describe('bootstrap policy', () => {
  let store: MemoryPolicyStore;
  beforeEach(async () => {
    store = new MemoryPolicyStore();
    await reconcilePolicy(store, shared);
  });

  function may(user: string, groups: string[], method: string, target: string): boolean {
    const index = new RbacIndex();
    for (const [resource, objects] of store.objects)
      for (const object of objects.values()) index.set(resource, object);
    const info = requestInfoOf(method, parseRequestTarget(target));
    const answer = rbacAuthorizer(index).authorize({ ...info, user: { name: user, groups } });
    assert.ok(!(answer instanceof Promise));
    return answer.decision === 'allow';
  }

  test('everybody sees health and version, who is authenticated discovers, nobody else anything', () => {
    const nobody: [string, string[]] = ['system:anonymous', ['system:unauthenticated']];
    const jane: [string, string[]] = ['jane', ['system:authenticated']];
    assert.equal(may(...nobody, 'GET', '/healthz'), true);
    assert.equal(may(...nobody, 'GET', '/version'), true);
    assert.equal(may(...nobody, 'GET', '/api'), false);
    assert.equal(may(...nobody, 'GET', '/metrics'), false);
    assert.equal(may(...nobody, 'GET', '/api/v1/namespaces/default/pods'), false);
    assert.equal(may(...jane, 'GET', '/apis/apps/v1'), true);
    assert.equal(may(...jane, 'GET', '/openapi/v3/apis/apps/v1'), true);
    assert.equal(may(...jane, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'), true);
    assert.equal(may(...jane, 'GET', '/api/v1/pods'), false);
  });

  test('the controller manager may do what its controllers do, and no more', () => {
    const user = 'system:kube-controller-manager';
    const allowed: [string, string][] = [
      ['GET', '/api/v1/pods?watch=1'],
      ['POST', '/apis/apps/v1/namespaces/a/replicasets'],
      ['PUT', '/apis/apps/v1/namespaces/a/deployments/b/status'],
      ['PUT', '/apis/apps/v1/namespaces/a/replicasets/b/status'],
      ['POST', '/api/v1/namespaces/a/pods'],
      ['DELETE', '/api/v1/namespaces/a/pods/b'],
      ['PUT', '/api/v1/namespaces/a/finalize'],
      ['DELETE', '/apis/example.com/v1/namespaces/a/widgets'],
      ['PATCH', '/api/v1/namespaces/a/configmaps/b'],
      ['POST', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'],
      ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager'],
      ['POST', '/api/v1/namespaces/a/events'],
    ];
    for (const [method, target] of allowed)
      assert.equal(may(user, [], method, target), true, `${method} ${target}`);
    assert.equal(may(user, [], 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'), false);
    assert.equal(may(user, [], 'POST', '/api/v1/namespaces'), false);
  });

  test('the scheduler binds Pods and holds its lease', () => {
    const user = 'system:kube-scheduler';
    assert.equal(may(user, [], 'POST', '/api/v1/namespaces/a/pods/b/binding'), true);
    assert.equal(may(user, [], 'PATCH', '/api/v1/namespaces/a/pods/b/status'), true);
    assert.equal(
      may(user, [], 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler'),
      true,
    );
    assert.equal(may(user, [], 'POST', '/api/v1/namespaces/a/pods'), false);
  });

  test('the role of nodes is bound to nobody, and is taken from those who had it', async () => {
    const bindings = store.of('clusterrolebindings');
    const binding = bindings.get('/system:node');
    assert.ok(binding !== undefined && !('subjects' in binding));
    const friend = { kind: 'Group', name: 'friends' };
    bindings.set('/system:node', { ...binding, subjects: [{ kind: 'Group', name: 'system:nodes' }, friend] });
    assert.deepEqual(await reconcilePolicy(store, shared), { created: 0, updated: 1 });
    assert.deepEqual(bindings.get('/system:node')?.['subjects'], [friend]);
    assert.equal(may('system:node:n', ['system:nodes'], 'GET', '/api/v1/secrets'), false);
  });

  test('there is what a stock kube-apiserver 1.36 makes, and nothing else', async () => {
    const stock = new MemoryPolicyStore();
    await reconcilePolicy(stock);
    const counts = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;
    assert.deepEqual(
      counts.map((resource) => stock.of(resource).size),
      [69, 50, 7, 7],
    );
    const extra = [...store.of('clusterrolebindings').keys()].filter(
      (key) => !stock.of('clusterrolebindings').has(key),
    );
    assert.ok(extra.length > 30 && extra.every((key) => key.startsWith('/pg8s:kube-controller-manager:')));
    const locking = stock.of('roles').get('kube-system/system::leader-locking-kube-scheduler') as RoleObject;
    const verbs = ['create', 'get', 'list', 'update', 'watch'];
    assert.deepEqual(locking.rules, [
      { verbs, apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
      { verbs, apiGroups: ['coordination.k8s.io'], resources: ['leasecandidates'] },
    ]);
  });

  test('a controller gives aggregated roles their rules, not the policy', async () => {
    const clusterRoles = store.of('clusterroles');
    for (const name of ['admin', 'edit', 'view']) {
      const role = clusterRoles.get(`/${name}`) as RoleObject;
      assert.equal(role.rules, undefined);
      assert.equal(role.aggregationRule?.clusterRoleSelectors?.length, 1);
    }
    const rules = [{ verbs: ['get'], apiGroups: ['acme.com'], resources: ['widgets'] }];
    clusterRoles.set('/view', { ...clusterRoles.get('/view')!, rules });
    assert.deepEqual(await reconcilePolicy(store, shared), { created: 0, updated: 0 });
    assert.deepEqual((clusterRoles.get('/view') as RoleObject).rules, rules);
  });

  test('a second run changes nothing', async () => {
    assert.deepEqual(await reconcilePolicy(store, shared), { created: 0, updated: 0 });
  });

  test('what was taken away comes back, what was added stays, what is opted out is left alone', async () => {
    const clusterRoles = store.of('clusterroles');
    const view = clusterRoles.get('/system:aggregate-to-view') as RoleObject;
    const extra = { verbs: ['get'], apiGroups: ['acme.com'], resources: ['widgets'] };
    clusterRoles.set('/system:aggregate-to-view', { ...view, rules: [extra] });
    const own = { ...clusterRoles.get('/system:discovery')!, rules: [] };
    own.metadata = {
      ...own.metadata,
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' },
    };
    clusterRoles.set('/system:discovery', own);
    clusterRoles.delete('/system:basic-user');
    const binding = store.of('clusterrolebindings').get('/cluster-admin')!;
    const friend = { kind: 'User', name: 'friend' };
    store.of('clusterrolebindings').set('/cluster-admin', { ...binding, subjects: [friend] });

    assert.deepEqual(await reconcilePolicy(store, shared), { created: 1, updated: 2 });
    const rules = (clusterRoles.get('/system:aggregate-to-view') as RoleObject).rules ?? [];
    assert.ok(rules.includes(extra) && rules.length === (view.rules ?? []).length + 1);
    assert.deepEqual((clusterRoles.get('/system:discovery') as RoleObject).rules, []);
    const subjects = store.of('clusterrolebindings').get('/cluster-admin')?.['subjects'] as {
      name: string;
    }[];
    assert.deepEqual(
      subjects.map(({ name }) => name),
      ['friend', 'system:masters'],
    );
  });
});
