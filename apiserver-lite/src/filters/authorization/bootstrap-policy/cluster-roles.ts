import type { RoleObject } from '../rbac-objects.ts';
import { clusterRole, paths, read, recordEvents, rule, write } from './rules.ts';

const aggregateTo = (role: string): Record<string, string> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true',
});

/** A role that is the sum of all roles with a label. Its rules are filled in by whoever aggregates. */
function aggregated(name: string, labels: Record<string, string> = {}): RoleObject {
  return {
    ...clusterRole(name, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(name) }] },
  };
}

const workloads =
  'daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';
const workloadStatus = 'daemonsets/status deployments/status replicasets/status statefulsets/status';

/** What people may do in a namespace, in three steps. */
const namespaceRoles: readonly RoleObject[] = [
  aggregated('admin'),
  aggregated('edit', aggregateTo('admin')),
  aggregated('view', aggregateTo('edit')),
  clusterRole(
    'system:aggregate-to-admin',
    [
      rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      rule(`${read} ${write}`, 'rbac.authorization.k8s.io', 'roles rolebindings'),
    ],
    aggregateTo('admin'),
  ),
  clusterRole(
    'system:aggregate-to-edit',
    [
      rule(read, 'core', 'pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy'),
      rule('impersonate', 'core', 'serviceaccounts'),
      rule(write, 'core', 'pods pods/attach pods/proxy pods/exec pods/portforward'),
      rule('create', 'core', 'pods/eviction serviceaccounts/token'),
      rule(
        write,
        'core',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
      ),
      rule(write, 'apps', `${workloads} deployments/rollback`),
      rule(write, 'autoscaling', 'horizontalpodautoscalers'),
      rule(write, 'batch', 'cronjobs jobs'),
      rule(write, 'policy', 'poddisruptionbudgets'),
      rule(write, 'networking.k8s.io', 'ingresses networkpolicies'),
      rule(`${read} ${write}`, 'coordination.k8s.io', 'leases'),
      rule(write, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
    ],
    aggregateTo('edit'),
  ),
  clusterRole(
    'system:aggregate-to-view',
    [
      rule(
        read,
        'core',
        'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
      ),
      rule(
        read,
        'core',
        'bindings events limitranges namespaces namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
      ),
      rule(read, 'discovery.k8s.io', 'endpointslices'),
      rule(read, 'apps', `controllerrevisions ${workloads} ${workloadStatus}`),
      rule(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
      rule(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
      rule(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
      rule(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
      rule(read, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
    ],
    aggregateTo('view'),
  ),
];

const discoveryPaths =
  '/healthz /livez /readyz /version /version/ /api /api/* /apis /apis/* /openapi /openapi/*';

const openIdPaths =
  '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/';

/** What everybody may ask of the server itself. */
const generalRoles: readonly RoleObject[] = [
  clusterRole('cluster-admin', [rule('*', '*', '*'), paths('*', '*')]),
  clusterRole('system:discovery', [paths('get', discoveryPaths)]),
  clusterRole('system:public-info-viewer', [paths('get', '/healthz /livez /readyz /version /version/')]),
  clusterRole('system:service-account-issuer-discovery', [paths('get', openIdPaths)]),
  clusterRole('system:monitoring', [
    paths('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:basic-user', [
    rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  clusterRole('system:auth-delegator', [
    rule('create', 'authentication.k8s.io', 'tokenreviews'),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
];

/** Leader election and delegated questions, as the control plane's components ask them. */
const component = (leaseName: string) => [
  recordEvents,
  rule('create', 'coordination.k8s.io', 'leases'),
  rule('get update', 'coordination.k8s.io', 'leases', [leaseName]),
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

/** The components of a cluster. */
const componentRoles: readonly RoleObject[] = [
  clusterRole('system:kube-controller-manager', [
    ...component('kube-controller-manager'),
    rule('create', 'core', 'secrets serviceaccounts serviceaccounts/token'),
    rule('delete', 'core', 'secrets'),
    rule('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
    rule('update', 'core', 'secrets serviceaccounts'),
    rule('list watch', '*', '*'),
  ]),
  clusterRole('system:kube-scheduler', [
    ...component('kube-scheduler'),
    rule(
      `${read}`,
      'core',
      'namespaces nodes persistentvolumeclaims persistentvolumes replicationcontrollers services',
    ),
    rule(`${read} delete`, 'core', 'pods'),
    rule('create', 'core', 'bindings pods/binding'),
    rule('patch update', 'core', 'pods/status'),
    rule(read, 'apps', 'replicasets statefulsets'),
    rule(read, 'policy', 'poddisruptionbudgets'),
    rule(read, 'storage.k8s.io', 'csidrivers csinodes csistoragecapacities volumeattachments'),
    rule(`${read} patch update`, 'resource.k8s.io', 'resourceclaims'),
    rule('patch update', 'resource.k8s.io', 'resourceclaims/status'),
    rule(read, 'resource.k8s.io', 'deviceclasses resourceslices'),
  ]),
  clusterRole('system:volume-scheduler', [
    rule(`${read} patch update`, 'core', 'persistentvolumes persistentvolumeclaims'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
  ]),
  clusterRole('system:node', [
    rule('create', 'authentication.k8s.io', 'tokenreviews'),
    rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
    rule(read, 'core', 'services'),
    rule(`${read} create`, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes nodes/status'),
    recordEvents,
    rule(`${read} create delete`, 'core', 'pods'),
    rule('patch update', 'core', 'pods/status'),
    rule('create', 'core', 'pods/eviction'),
    rule(read, 'core', 'configmaps secrets'),
    rule('get', 'core', 'persistentvolumeclaims persistentvolumes'),
    rule('get', 'core', 'endpoints'),
    rule(`${read} create`, 'certificates.k8s.io', 'certificatesigningrequests'),
    rule('create delete get patch update', 'coordination.k8s.io', 'leases'),
    rule('get', 'storage.k8s.io', 'volumeattachments'),
    rule('create', 'core', 'serviceaccounts/token'),
    rule('get patch update', 'core', 'persistentvolumeclaims/status'),
    rule(read, 'storage.k8s.io', 'csidrivers'),
    rule('create delete get patch update', 'storage.k8s.io', 'csinodes'),
    rule(read, 'node.k8s.io', 'runtimeclasses'),
    rule('get', 'resource.k8s.io', 'resourceclaims'),
    rule(`${read} create delete deletecollection patch update`, 'resource.k8s.io', 'resourceslices'),
  ]),
  clusterRole('system:node-proxier', [
    rule('list watch', 'core', 'services endpoints'),
    rule(read, 'core', 'nodes'),
    recordEvents,
    rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    rule('list watch', 'networking.k8s.io', 'servicecidrs'),
  ]),
  clusterRole('system:kube-dns', [rule('list watch', 'core', 'endpoints services')]),
  clusterRole('system:kube-aggregator', [rule(read, 'core', 'services endpoints')]),
  clusterRole('system:persistent-volume-provisioner', [
    rule(`${read} create delete`, 'core', 'persistentvolumes'),
    rule(`${read} update`, 'core', 'persistentvolumeclaims'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    rule('watch', 'core', 'events'),
    recordEvents,
  ]),
  clusterRole('system:node-bootstrapper', [
    rule(`${read} create`, 'certificates.k8s.io', 'certificatesigningrequests'),
  ]),
  clusterRole('system:node-problem-detector', [
    rule('get', 'core', 'nodes'),
    rule('patch', 'core', 'nodes/status'),
    recordEvents,
  ]),
];

const signers = (suffix: string, signer: string): RoleObject =>
  clusterRole(`system:certificates.k8s.io:${suffix}`, [
    rule('approve', 'certificates.k8s.io', 'signers', [`kubernetes.io/${signer}`]),
  ]);

/** Who may approve which certificates. */
const certificateRoles: readonly RoleObject[] = [
  clusterRole('system:certificates.k8s.io:certificatesigningrequests:nodeclient', [
    rule('create', 'certificates.k8s.io', 'certificatesigningrequests/nodeclient'),
  ]),
  clusterRole('system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', [
    rule('create', 'certificates.k8s.io', 'certificatesigningrequests/selfnodeclient'),
  ]),
  signers('legacy-unknown-approver', 'legacy-unknown'),
  signers('kubelet-serving-approver', 'kubelet-serving'),
  signers('kube-apiserver-client-approver', 'kube-apiserver-client'),
  signers('kube-apiserver-client-kubelet-approver', 'kube-apiserver-client-kubelet'),
];

/** The ClusterRoles that every cluster has, without those of single controllers (Kubernetes: `bootstrappolicy/policy.go`). */
export const clusterRoles: readonly RoleObject[] = [
  ...generalRoles,
  ...namespaceRoles,
  ...componentRoles,
  ...certificateRoles,
];
