import type { BindingObject, RoleObject, Subject } from '../rbac-objects.ts';
import { rbacGroup } from '../rbac-objects.ts';
import { controllerNames, controllerRoleName } from './controller-roles.ts';
import { policyMetadata, read, rule } from './rules.ts';

const group = (name: string): Subject => ({ kind: 'Group', apiGroup: rbacGroup, name });
const user = (name: string): Subject => ({ kind: 'User', apiGroup: rbacGroup, name });
const serviceAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace: 'kube-system',
});

const everybody = [group('system:authenticated'), group('system:unauthenticated')];
const controllerManager = user('system:kube-controller-manager');
const scheduler = user('system:kube-scheduler');

function bind(role: string, subjects: Subject[], name = role): BindingObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: policyMetadata(name),
    subjects,
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
  };
}

/** Who has which ClusterRole in every cluster (Kubernetes: `bootstrappolicy/policy.go`). */
const standardBindings: readonly BindingObject[] = [
  bind('cluster-admin', [group('system:masters')]),
  bind('system:monitoring', [group('system:monitoring')]),
  bind('system:discovery', [group('system:authenticated')]),
  bind('system:basic-user', [group('system:authenticated')]),
  bind('system:public-info-viewer', everybody),
  bind('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  bind('system:node-proxier', [user('system:kube-proxy')]),
  bind('system:kube-controller-manager', [controllerManager]),
  bind('system:kube-dns', [serviceAccount('kube-dns')]),
  bind('system:kube-scheduler', [scheduler]),
  bind('system:volume-scheduler', [scheduler]),
  ...controllerNames.map((controller) => bind(controllerRoleName(controller), [serviceAccount(controller)])),
];

/**
 * A stock cluster leaves this binding without subjects and limits nodes to what is theirs by the Node authorizer. As long
 * as that is not there, the group of all nodes has the role, as it had in clusters before Kubernetes 1.7.
 */
const nodeBinding = bind('system:node', [group('system:nodes')]);

/**
 * The controllers of pg8s work under one name, as those of kube-controller-manager do without
 * `--use-service-account-credentials`; a stock cluster lets that name do less than they need. These bindings give it
 * what its controllers' own accounts have, and nothing else. They have names of their own, so that a person sees them.
 */
const controllerManagerBindings: readonly BindingObject[] = controllerNames.map((controller) =>
  bind(controllerRoleName(controller), [controllerManager], `pg8s:kube-controller-manager:${controller}`),
);

export const clusterRoleBindings: readonly BindingObject[] = [
  ...standardBindings,
  nodeBinding,
  ...controllerManagerBindings,
];

const namespaced = (namespace: string, name: string) => ({ ...policyMetadata(name), namespace });

function role(namespace: string, name: string, rules: NonNullable<RoleObject['rules']>): RoleObject {
  return { apiVersion: `${rbacGroup}/v1`, kind: 'Role', metadata: namespaced(namespace, name), rules };
}

const leaderLocking = (component: string): RoleObject =>
  role('kube-system', `system::leader-locking-${component}`, [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', [component]),
  ]);

/** Roles within the system's own namespaces (Kubernetes: `bootstrappolicy/namespace_policy.go`). */
export const roles: readonly RoleObject[] = [
  role('kube-system', 'extension-apiserver-authentication-reader', [
    rule(read, 'core', 'configmaps', ['extension-apiserver-authentication']),
  ]),
  role('kube-system', 'system:controller:bootstrap-signer', [rule(read, 'core', 'secrets')]),
  role('kube-system', 'system:controller:token-cleaner', [
    rule(`${read} delete`, 'core', 'secrets'),
    rule('create patch update', 'core events.k8s.io', 'events'),
  ]),
  role('kube-system', 'system:controller:cloud-provider', [
    rule(`${read} create update`, 'core', 'configmaps'),
  ]),
  leaderLocking('kube-controller-manager'),
  leaderLocking('kube-scheduler'),
  role('kube-public', 'system:controller:bootstrap-signer', [
    rule(read, 'core', 'configmaps'),
    rule('update', 'core', 'configmaps', ['cluster-info']),
    rule('create patch update', 'core events.k8s.io', 'events'),
  ]),
];

function bindIn(namespace: string, name: string, subjects: Subject[], roleName = name): BindingObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'RoleBinding',
    metadata: namespaced(namespace, name),
    subjects,
    roleRef: { apiGroup: rbacGroup, kind: 'Role', name: roleName },
  };
}

export const roleBindings: readonly BindingObject[] = [
  bindIn(
    'kube-system',
    'system::extension-apiserver-authentication-reader',
    [controllerManager, scheduler],
    'extension-apiserver-authentication-reader',
  ),
  bindIn('kube-system', 'system:controller:bootstrap-signer', [serviceAccount('bootstrap-signer')]),
  bindIn('kube-system', 'system:controller:token-cleaner', [serviceAccount('token-cleaner')]),
  bindIn('kube-system', 'system:controller:cloud-provider', [serviceAccount('cloud-provider')]),
  bindIn('kube-system', 'system::leader-locking-kube-controller-manager', [
    controllerManager,
    serviceAccount('kube-controller-manager'),
  ]),
  bindIn('kube-system', 'system::leader-locking-kube-scheduler', [
    scheduler,
    serviceAccount('kube-scheduler'),
  ]),
  bindIn('kube-public', 'system:controller:bootstrap-signer', [serviceAccount('bootstrap-signer')]),
];
