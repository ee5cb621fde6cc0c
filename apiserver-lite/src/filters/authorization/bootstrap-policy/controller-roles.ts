import type { PolicyRule, RoleObject } from '../rbac-objects.ts';
import { clusterRole, read, recordEvents, rule } from './rules.ts';

/** By controller: what it needs to do its work (Kubernetes: `bootstrappolicy/controller_policy.go`). */
const rulesOf: Readonly<Record<string, PolicyRule[]>> = {
  'attachdetach-controller': [
    rule('list watch', 'core', 'persistentvolumes persistentvolumeclaims pods'),
    rule(read, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule(`${read} create delete`, 'storage.k8s.io', 'volumeattachments'),
    rule(read, 'storage.k8s.io', 'csidrivers csinodes'),
    recordEvents,
  ],
  'certificate-controller': [
    rule(`${read} delete`, 'certificates.k8s.io', 'certificatesigningrequests'),
    rule(
      'update',
      'certificates.k8s.io',
      'certificatesigningrequests/approval certificatesigningrequests/status',
    ),
    rule('approve', 'certificates.k8s.io', 'signers', ['kubernetes.io/kube-apiserver-client-kubelet']),
    rule('sign', 'certificates.k8s.io', 'signers', [
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kube-apiserver-client-kubelet',
      'kubernetes.io/kubelet-serving',
      'kubernetes.io/legacy-unknown',
    ]),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    recordEvents,
  ],
  'clusterrole-aggregation-controller': [
    rule(`${read} escalate patch update`, 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'cronjob-controller': [
    rule(`${read} update`, 'batch', 'cronjobs'),
    rule(`${read} create delete patch update`, 'batch', 'jobs'),
    rule('update', 'batch', 'cronjobs/status cronjobs/finalizers'),
    rule('list delete watch', 'core', 'pods'),
    recordEvents,
  ],
  'daemon-set-controller': [
    rule(read, 'apps', 'daemonsets'),
    rule('update', 'apps', 'daemonsets/status daemonsets/finalizers'),
    rule('list watch', 'core', 'nodes'),
    rule('list watch create delete patch', 'core', 'pods'),
    rule('create', 'core', 'pods/binding'),
    rule(`${read} create delete patch update`, 'apps', 'controllerrevisions'),
    recordEvents,
  ],
  'deployment-controller': [
    rule(`${read} update`, 'apps', 'deployments'),
    rule('update', 'apps', 'deployments/status deployments/finalizers'),
    rule(`${read} create delete patch update`, 'apps', 'replicasets'),
    rule(`${read} update`, 'core', 'pods'),
    recordEvents,
  ],
  'disruption-controller': [
    rule(read, 'apps', 'deployments replicasets statefulsets'),
    rule(read, 'core', 'replicationcontrollers'),
    rule(read, 'policy', 'poddisruptionbudgets'),
    rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    recordEvents,
  ],
  'endpoint-controller': [
    rule(read, 'core', 'pods services'),
    rule(`${read} create delete update`, 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    recordEvents,
  ],
  'endpointslice-controller': [
    rule(read, 'core', 'nodes pods services'),
    rule('update', 'core', 'services/finalizers'),
    rule(`${read} create delete update`, 'discovery.k8s.io', 'endpointslices'),
    recordEvents,
  ],
  'endpointslicemirroring-controller': [
    rule(read, 'core', 'endpoints services'),
    rule('update', 'core', 'endpoints/finalizers services/finalizers'),
    rule(`${read} create delete update`, 'discovery.k8s.io', 'endpointslices'),
    recordEvents,
  ],
  'ephemeral-volume-controller': [
    rule(read, 'core', 'pods'),
    rule('update', 'core', 'pods/finalizers'),
    rule(`${read} create`, 'core', 'persistentvolumeclaims'),
    recordEvents,
  ],
  'expand-controller': [
    rule(`${read} patch update`, 'core', 'persistentvolumes'),
    rule('patch update', 'core', 'persistentvolumeclaims/status'),
    rule(read, 'core', 'persistentvolumeclaims'),
    recordEvents,
  ],
  'generic-garbage-collector': [rule(`${read} delete patch update`, '*', '*'), recordEvents],
  'horizontal-pod-autoscaler': [
    rule(read, 'autoscaling', 'horizontalpodautoscalers'),
    rule('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    rule('get update', '*', '*/scale'),
    rule('list watch', 'core', 'pods'),
    rule('list watch', 'metrics.k8s.io', 'pods'),
    rule(read, 'custom.metrics.k8s.io external.metrics.k8s.io', '*'),
    recordEvents,
  ],
  'job-controller': [
    rule(`${read} patch update`, 'batch', 'jobs'),
    rule('update', 'batch', 'jobs/status jobs/finalizers'),
    rule('list watch create delete patch', 'core', 'pods'),
    recordEvents,
  ],
  'legacy-service-account-token-cleaner': [
    rule('get', 'core', 'configmaps', ['kube-apiserver-legacy-service-account-token-tracking']),
    rule('delete patch', 'core', 'secrets'),
  ],
  'namespace-controller': [
    rule(`${read} delete`, 'core', 'namespaces'),
    rule('update', 'core', 'namespaces/finalize namespaces/status'),
    rule(`${read} delete deletecollection`, '*', '*'),
  ],
  'node-controller': [
    rule(`${read} delete patch update`, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('patch update', 'core', 'pods/status'),
    rule(`${read} delete`, 'core', 'pods'),
    recordEvents,
  ],
  'persistent-volume-binder': [
    rule(`${read} create delete update`, 'core', 'persistentvolumes'),
    rule('update', 'core', 'persistentvolumes/status persistentvolumeclaims/status'),
    rule(`${read} update`, 'core', 'persistentvolumeclaims'),
    rule(`${read} create delete`, 'core', 'pods'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    rule('list watch', 'core', 'nodes'),
    rule('create delete get', 'core', 'endpoints services'),
    rule('get list', 'core', 'secrets'),
    recordEvents,
  ],
  'pod-garbage-collector': [
    rule('list watch delete', 'core', 'pods'),
    rule('get list', 'core', 'nodes'),
    rule('patch', 'core', 'pods/status'),
  ],
  'pv-protection-controller': [rule(`${read} update`, 'core', 'persistentvolumes'), recordEvents],
  'pvc-protection-controller': [
    rule(`${read} update`, 'core', 'persistentvolumeclaims'),
    rule(read, 'core', 'pods'),
    recordEvents,
  ],
  'replicaset-controller': [
    rule(`${read} update`, 'apps', 'replicasets'),
    rule('update', 'apps', 'replicasets/status replicasets/finalizers'),
    rule('list watch create delete patch', 'core', 'pods'),
    recordEvents,
  ],
  'replication-controller': [
    rule(`${read} update`, 'core', 'replicationcontrollers'),
    rule('update', 'core', 'replicationcontrollers/status replicationcontrollers/finalizers'),
    rule('list watch create delete patch', 'core', 'pods'),
    recordEvents,
  ],
  'resourcequota-controller': [
    rule('list watch', '*', '*'),
    rule('update', 'core', 'resourcequotas/status'),
    recordEvents,
  ],
  'root-ca-cert-publisher': [rule('create update', 'core', 'configmaps'), recordEvents],
  'route-controller': [
    rule('list watch', 'core', 'nodes'),
    rule('patch', 'core', 'nodes/status'),
    recordEvents,
  ],
  'service-account-controller': [rule('create', 'core', 'serviceaccounts'), recordEvents],
  'service-controller': [
    rule(read, 'core', 'services'),
    rule('patch update', 'core', 'services/status'),
    rule('list watch', 'core', 'nodes'),
    recordEvents,
  ],
  'statefulset-controller': [
    rule('list watch', 'core', 'pods'),
    rule(`${read} patch update`, 'apps', 'statefulsets'),
    rule('update', 'apps', 'statefulsets/status statefulsets/finalizers'),
    rule('create delete get patch update', 'core', 'pods'),
    rule(`${read} create delete patch update`, 'apps', 'controllerrevisions'),
    rule('create get', 'core', 'persistentvolumeclaims'),
    rule('delete list update watch', 'core', 'persistentvolumeclaims'),
    recordEvents,
  ],
  'ttl-after-finished-controller': [rule(`${read} delete`, 'batch', 'jobs'), recordEvents],
  'ttl-controller': [rule('list patch update watch', 'core', 'nodes'), recordEvents],
};

/** All controllers that have a role. */
export const controllerNames: readonly string[] = Object.keys(rulesOf);

/** `system:controller:deployment-controller` */
export function controllerRoleName(controller: string): string {
  return `system:controller:${controller}`;
}

/** One ClusterRole for each controller. */
export const controllerRoles: readonly RoleObject[] = Object.entries(rulesOf).map(([controller, rules]) =>
  clusterRole(controllerRoleName(controller), rules),
);
