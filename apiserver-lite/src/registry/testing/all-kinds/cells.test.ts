import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindModules } from '../../kind-modules.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const metadata = { name: 'it', namespace: 'default', creationTimestamp: '2026-01-02T03:03:05Z' };
const old = '2026-01-02T01:04:05Z';

type Fields = Record<string, unknown>;

/** What an object of a kind looks like, cell by cell. `it` and `60s` are the name and the age. */
const cases: readonly (readonly [kind: string, fields: Fields, cells: readonly unknown[]])[] = [
  ['/ConfigMap', { data: { a: '1' }, binaryData: { b: '', c: '' } }, ['it', 3, '60s']],
  ['/Endpoints', {}, ['it', '<none>', '60s']],
  ['/Endpoints', { subsets: [{ notReadyAddresses: [{ ip: '1.1.1.1' }] }] }, ['it', '', '60s']],
  [
    '/Endpoints',
    {
      subsets: [
        { addresses: [{ ip: '1.1.1.1' }, { ip: 'fd::1' }], ports: [{ port: 80 }, { port: 443 }] },
        { addresses: [{ ip: '2.2.2.2' }] },
      ],
    },
    ['it', '1.1.1.1:80,[fd::1]:80,1.1.1.1:443 + 2 more...', '60s'],
  ],
  ['/Namespace', { status: { phase: 'Active' } }, ['it', 'Active', '60s']],
  [
    '/PersistentVolume',
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'a', name: 'b' },
        storageClassName: 'fast',
      },
      status: { phase: 'Bound' },
    },
    ['it', '1Gi', 'RWO,RWX', 'Retain', 'Bound', 'a/b', 'fast', '<unset>', '', '60s', '<unset>'],
  ],
  [
    '/PersistentVolumeClaim',
    {
      metadata: {
        deletionTimestamp: old,
        annotations: { 'volume.beta.kubernetes.io/storage-class': 'beta' },
      },
      spec: {
        volumeName: 'pv',
        volumeMode: 'Block',
        storageClassName: 'fast',
        volumeAttributesClassName: 'gold',
      },
      status: { phase: 'Bound', accessModes: ['ReadWriteOncePod'] },
    },
    ['it', 'Terminating', 'pv', '0', 'RWOP', 'beta', 'gold', '60s', 'Block'],
  ],
  [
    '/PodTemplate',
    {
      template: {
        metadata: { labels: { b: '2', a: '1' } },
        spec: {
          containers: [
            { name: 'x', image: 'i' },
            { name: 'y', image: 'j' },
          ],
        },
      },
    },
    ['it', 'x,y', 'i,j', 'a=1,b=2'],
  ],
  [
    '/ReplicationController',
    { spec: { replicas: 2, selector: { app: 'web' } }, status: { replicas: 1 } },
    ['it', 2, 1, 0, '60s', '', '', 'app=web'],
  ],
  [
    '/ResourceQuota',
    { status: { hard: { 'limits.cpu': '2', pods: '10', cpu: '1' }, used: { pods: '3', cpu: '500m' } } },
    ['it', 'cpu: 500m/1, pods: 3/10', 'limits.cpu: 0/2', '60s'],
  ],
  ['/ResourceQuota', { spec: { hard: { pods: '10' } }, status: {} }, ['it', '', '', '60s']],
  ['/Secret', { type: 'Opaque', data: { a: 'YQ==' } }, ['it', 'Opaque', 1, '60s']],
  [
    '/Service',
    {
      spec: { type: 'LoadBalancer', clusterIPs: ['10.0.0.1'], externalIPs: ['9.9.9.9'], ports: [] },
      status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'lb' }, { ip: '1.1.1.1' }] } },
    },
    ['it', 'LoadBalancer', '10.0.0.1', '1.1.1.1,2.2.2.2,lb,9.9.9.9', '<none>', '60s', '<none>'],
  ],
  ['/ServiceAccount', { secrets: [{ name: 'a' }] }, ['it', '60s']],
  [
    'admissionregistration.k8s.io/MutatingAdmissionPolicy',
    { spec: { mutations: [{}], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } },
    ['it', 1, 'v1/ConfigMap', '60s'],
  ],
  [
    'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
    { spec: { policyName: 'p', paramRef: { name: 'n' } } },
    ['it', 'p', '*/n', '60s'],
  ],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', { webhooks: [{}, {}] }, ['it', 2, '60s']],
  ['admissionregistration.k8s.io/ValidatingAdmissionPolicy', { spec: {} }, ['it', 0, '<unset>', '60s']],
  [
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
    { spec: { policyName: 'p', paramRef: { selector: { matchLabels: { a: 'b' } } } } },
    [
      'it',
      'p',
      '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
      '60s',
    ],
  ],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', {}, ['it', 0, '60s']],
  [
    'apps/ControllerRevision',
    {
      metadata: {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }],
      },
      revision: 3,
    },
    ['it', 'statefulset.apps/db', 3, '60s'],
  ],
  [
    'apps/DaemonSet',
    {
      spec: {
        template: { spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', image: 'i' }] } },
      },
      status: { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1 },
    },
    ['it', 3, 2, 1, 0, 0, 'disk=ssd', '60s', 'c', 'i', '<none>'],
  ],
  [
    'apps/Deployment',
    { spec: { replicas: 1, selector: {}, template: {} }, status: {} },
    ['it', '0/1', 0, 0, '60s', '', '', ''],
  ],
  [
    'apps/StatefulSet',
    {
      spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
      status: { readyReplicas: 2 },
    },
    ['it', '2/3', '60s', 'c', 'i'],
  ],
  [
    'autoscaling/HorizontalPodAutoscaler',
    {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        maxReplicas: 9,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
          { type: 'External', external: { target: { averageValue: '30' } } },
          { type: 'Pods', pods: { target: { averageValue: '5' } } },
        ],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40 } } },
        ],
      },
    },
    ['it', 'Deployment/web', 'cpu: 40%/80%, <unknown>/30 (avg) + 1 more...', '<unset>', 9, 2, '60s'],
  ],
  [
    'batch/CronJob',
    {
      spec: { schedule: '* * * * *', suspend: false, jobTemplate: { spec: { template: {} } } },
      status: { lastScheduleTime: old, active: [{}] },
    },
    ['it', '* * * * *', '<none>', 'False', 1, '120m', '60s', '', '', '<none>'],
  ],
  [
    'batch/Job',
    {
      spec: { parallelism: 3, suspend: true, selector: { matchLabels: { a: 'b' } }, template: {} },
      status: { startTime: old, completionTime: '2026-01-02T01:04:50Z', succeeded: 1 },
    },
    ['it', 'Running', '1/1 of 3', '45s', '60s', '', '', 'a=b'],
  ],
  [
    'batch/Job',
    {
      spec: { completions: 2, template: {} },
      status: { conditions: [{ type: 'Suspended', status: 'True' }] },
    },
    ['it', 'Suspended', '0/2', '', '60s', '', '', '<none>'],
  ],
  [
    'certificates.k8s.io/CertificateSigningRequest',
    {
      spec: { signerName: 's', username: 'u', expirationSeconds: 3600 },
      status: { conditions: [{ type: 'Approved' }, { type: 'Failed' }], certificate: 'Yg==' },
    },
    ['it', '60s', 's', 'u', '60m', 'Approved,Failed,Issued'],
  ],
  ['certificates.k8s.io/ClusterTrustBundle', { spec: {} }, ['it', '<none>']],
  [
    'certificates.k8s.io/PodCertificateRequest',
    {
      spec: { podName: 'p', serviceAccountName: 'sa', nodeName: 'n', signerName: 's' },
      status: { conditions: [{ type: 'Issued' }] },
    },
    ['it', 'p', 'sa', 'n', 's', 'Issued', '<none>'],
  ],
  ['coordination.k8s.io/Lease', { spec: { holderIdentity: 'me' } }, ['it', 'me', '60s']],
  [
    'coordination.k8s.io/LeaseCandidate',
    { spec: { leaseName: 'l', binaryVersion: '1.36.0', emulationVersion: '1.35.0' } },
    ['it', 'l', '1.36.0', '1.35.0', '60s'],
  ],
  [
    'discovery.k8s.io/EndpointSlice',
    {
      addressType: 'IPv4',
      ports: [{ port: 80 }, { name: 'x' }, {}, { port: 1 }],
      endpoints: [{ addresses: ['1.1.1.1'] }],
    },
    ['it', 'IPv4', '80,x,* + 1 more...', '1.1.1.1', '60s'],
  ],
  ['discovery.k8s.io/EndpointSlice', { addressType: 'IPv4' }, ['it', 'IPv4', '<unset>', '<unset>', '60s']],
  [
    'flowcontrol.apiserver.k8s.io/FlowSchema',
    {
      spec: { priorityLevelConfiguration: { name: 'low' }, matchingPrecedence: 7 },
      status: { conditions: [{ type: 'Dangling', status: 'False' }] },
    },
    ['it', 'low', 7, '<none>', '60s', 'False'],
  ],
  [
    'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
    {
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Reject' } } },
    },
    ['it', 'Limited', 0, '<none>', '<none>', '<none>', '60s'],
  ],
  [
    'internal.apiserver.k8s.io/StorageVersion',
    { status: { storageVersions: [{ apiServerID: 'a', encodingVersion: 'v1' }] } },
    ['it', '<unset>', 'a=v1', '60s'],
  ],
  [
    'networking.k8s.io/IPAddress',
    { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } } },
    ['it', 'services/default/web', '60s'],
  ],
  [
    'networking.k8s.io/Ingress',
    {
      spec: { rules: [{ host: 'a' }, {}, { host: 'b' }, { host: 'c' }, { host: 'd' }], tls: [{}] },
      status: { loadBalancer: { ingress: [{ hostname: 'lb' }] } },
    },
    ['it', '<none>', 'a,b,c + 2 more...', 'lb', '80, 443', '60s'],
  ],
  ['networking.k8s.io/Ingress', { spec: { rules: [{}] } }, ['it', '<none>', '*', '', '80', '60s']],
  [
    'networking.k8s.io/IngressClass',
    {
      metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'c', parameters: { apiGroup: 'example.com', kind: 'P', name: 'n' } },
    },
    ['it (default)', 'c', 'P.example.com/n', '60s'],
  ],
  [
    'networking.k8s.io/NetworkPolicy',
    { spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] } } },
    ['it', 'a in (x,y)', '60s'],
  ],
  [
    'networking.k8s.io/ServiceCIDR',
    { spec: { cidrs: ['10.0.0.0/24', 'fd::/64'] } },
    ['it', '10.0.0.0/24,fd::/64', '60s'],
  ],
  ['node.k8s.io/RuntimeClass', { handler: 'runc' }, ['it', 'runc', '60s']],
  [
    'policy/PodDisruptionBudget',
    { spec: { maxUnavailable: '30%' }, status: { disruptionsAllowed: 1 } },
    ['it', 'N/A', '30%', 1, '60s'],
  ],
  [
    'rbac.authorization.k8s.io/RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', namespace: 'n', name: 's' },
        { kind: 'User', name: 'v' },
      ],
    },
    ['it', 'Role/r', '60s', 'u, v', '', 'n/s'],
  ],
  ['resource.k8s.io/DeviceClass', { spec: {} }, ['it', '60s']],
  [
    'resource.k8s.io/DeviceTaintRule',
    { spec: { taint: { key: 'k', effect: 'NoExecute', timeAdded: old } } },
    ['it', 'k', '', 'NoExecute', '120m', '60s'],
  ],
  ['resource.k8s.io/ResourceClaim', { metadata: { deletionTimestamp: old } }, ['it', 'deleted', '60s']],
  [
    'resource.k8s.io/ResourceClaim',
    { status: { allocation: {}, reservedFor: [{}] } },
    ['it', 'allocated,reserved', '60s'],
  ],
  [
    'resource.k8s.io/ResourcePoolStatusRequest',
    {
      spec: { driver: 'd' },
      status: {
        poolCount: 2,
        pools: [{ totalDevices: 4, availableDevices: 3, allocatedDevices: 1 }],
        conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: old }],
      },
    },
    ['it', 'd', '4', '3', '1', '0', '0', 2, 'Complete (1/2 pools)', '120m'],
  ],
  [
    'resource.k8s.io/ResourcePoolStatusRequest',
    { spec: { driver: 'd' } },
    ['it', 'd', '-', '-', '-', '-', '-', 0, 'Pending', '<none>'],
  ],
  [
    'resource.k8s.io/ResourceSlice',
    { spec: { driver: 'd', pool: { name: 'p' } } },
    ['it', '', 'd', 'p', '60s'],
  ],
  [
    'scheduling.k8s.io/PodGroup',
    {
      spec: { schedulingPolicy: { gang: {} }, podGroupTemplateRef: { workload: { workloadName: 'w' } } },
      status: { conditions: [{ type: 'PodGroupScheduled', status: 'False' }] },
    },
    ['it', 'Gang', 'w', 'Unschedulable', '60s'],
  ],
  ['scheduling.k8s.io/PriorityClass', { value: 7 }, ['it', 7, false, '60s', '']],
  [
    'storage.k8s.io/CSIDriver',
    { spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }], volumeLifecycleModes: ['Persistent'] } },
    ['it', true, false, false, 'a,b', false, 'Persistent', '60s'],
  ],
  ['storage.k8s.io/CSINode', { spec: { drivers: [{}] } }, ['it', 1, '60s']],
  [
    'storage.k8s.io/StorageClass',
    {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
      allowVolumeExpansion: true,
    },
    ['it (default)', 'p', 'Delete', 'Immediate', true, '60s'],
  ],
  [
    'storage.k8s.io/VolumeAttachment',
    {
      spec: { attacher: 'a', source: { persistentVolumeName: 'pv' }, nodeName: 'n' },
      status: { attached: true },
    },
    ['it', 'a', 'pv', 'n', true, '60s'],
  ],
  ['storage.k8s.io/VolumeAttributesClass', { driverName: 'd' }, ['it', 'd', '60s']],
  [
    'storagemigration.k8s.io/StorageVersionMigration',
    {
      spec: { resource: { group: 'apps', resource: 'deployments' } },
      status: {
        conditions: [
          { type: 'Running', status: 'False' },
          { type: 'Succeeded', status: 'True' },
        ],
      },
    },
    ['it', 'deployments.apps', 'Succeeded'],
  ],
];

for (const [kind, fields, cells] of cases) {
  test(`cells of ${kind}: ${String(cells.slice(1, 4))}`, () => {
    const { metadata: extra, ...rest } = fields;
    const object = { metadata: { ...metadata, ...(extra as object | undefined) }, ...rest };
    assert.deepEqual(
      kindModules()
        .get(kind)
        ?.table?.cells(object as unknown as KubeObject, nowMs),
      cells,
    );
  });
}

test('Pods that have ended say so in their row', () => {
  const conditions = (phase: string) =>
    kindModules()
      .get('/Pod')
      ?.table?.conditions?.({ metadata, status: { phase } } as unknown as KubeObject);
  assert.deepEqual(
    ['Succeeded', 'Failed'].map((phase) =>
      conditions(phase)?.map(({ type, status, reason }) => [type, status, reason]),
    ),
    [[['Completed', 'True', 'Succeeded']], [['Completed', 'True', 'Failed']]],
  );
  assert.equal(conditions('Running'), undefined);
});

test('FlowSchemas are listed in the order in which they match', () => {
  const schema = (name: string, matchingPrecedence: number) =>
    ({ metadata: { name }, spec: { matchingPrecedence } }) as unknown as KubeObject;
  const listed = [schema('c', 9), schema('b', 9), schema('z', 1)];
  const compare = kindModules().get('flowcontrol.apiserver.k8s.io/FlowSchema')?.table?.compare;
  assert.deepEqual(
    listed.toSorted(compare).map(({ metadata: { name } }) => name),
    ['z', 'b', 'c'],
  );
});
