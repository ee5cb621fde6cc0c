/**
 * The least that makes a valid object of each built-in kind, and what a walk over all of them must know
 * besides. A kind that is missing here is missed by the walk's first test.
 */
export interface MinimalManifest {
  apiVersion: string;
  kind: string;
  /** All but apiVersion, kind and metadata. */
  body?: Record<string, unknown>;
  /** Where the name isn't free. Default `walk`. */
  name?: string;
  /** Below `/registry/`, where it isn't the plural. */
  key?: string;
  /** apiVersion in the store, where it is another one. */
  storedAs?: string;
  /** `json` where a stock server doesn't store protobuf. */
  storedForm?: 'json';
  /** The condition that the API server itself writes soon after an object is created. */
  condition?: string;
  /** A status that may be written to it through its status subresource. */
  status?: Record<string, unknown>;
}

const containers = [{ name: 'main', image: 'example.com/walk:1' }];
const selector = { matchLabels: { walk: 'yes' } };
const podSpec = { containers, schedulerName: 'nobody' };
const template = { metadata: { labels: { walk: 'yes' } }, spec: podSpec };
const jobTemplate = { spec: { ...podSpec, restartPolicy: 'Never' } };
const when = '2026-01-02T03:04:05Z';
const condition = {
  type: 'Walked',
  status: 'True',
  reason: 'Walk',
  message: 'was here',
  lastTransitionTime: when,
};
const conditions = { conditions: [condition] };
const plainCondition = { conditions: [{ type: 'Walked', status: 'True' }] };

const core: readonly Omit<MinimalManifest, 'apiVersion'>[] = [
  { kind: 'ConfigMap', body: { data: { a: '1' } } },
  { kind: 'Endpoints', key: 'services/endpoints', body: { subsets: [{ addresses: [{ ip: '192.0.2.7' }] }] } },
  {
    kind: 'Event',
    body: {
      involvedObject: { kind: 'Pod', name: 'walk', namespace: 'walk' },
      reason: 'Walk',
      type: 'Normal',
    },
  },
  {
    kind: 'LimitRange',
    body: { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '2Gi' } }] } },
  },
  { kind: 'Namespace', name: 'walk-namespace', status: conditions },
  { kind: 'Node', key: 'minions', status: plainCondition },
  {
    kind: 'PersistentVolumeClaim',
    body: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    status: conditions,
  },
  {
    kind: 'PersistentVolume',
    body: {
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/walk' } },
    },
    status: { phase: 'Released', message: 'was here' },
  },
  { kind: 'Pod', body: { spec: podSpec }, status: { message: 'was here' } },
  { kind: 'PodTemplate', body: { template } },
  {
    kind: 'ReplicationController',
    key: 'controllers',
    body: { spec: { replicas: 0, selector: { walk: 'yes' }, template } },
    status: conditions,
  },
  {
    kind: 'ResourceQuota',
    body: { spec: { hard: { 'count/walks.example.com': '10' } } },
    // What the controller does not write by itself.
    status: { used: { 'count/walks.example.com': '7' } },
  },
  { kind: 'Secret', body: { stringData: { a: '1' } } },
  { kind: 'ServiceAccount' },
  { kind: 'Service', key: 'services/specs', body: { spec: { ports: [{ port: 80 }] } }, status: conditions },
];

const apps: readonly Omit<MinimalManifest, 'apiVersion'>[] = [
  { kind: 'ControllerRevision', body: { revision: 1, data: { any: 'thing' } } },
  {
    kind: 'DaemonSet',
    body: {
      spec: { selector, template: { ...template, spec: { ...podSpec, nodeSelector: { walk: 'never' } } } },
    },
    status: conditions,
  },
  {
    kind: 'Deployment',
    body: { spec: { replicas: 0, paused: true, selector, template } },
    status: conditions,
  },
  { kind: 'ReplicaSet', body: { spec: { replicas: 0, selector, template } }, status: conditions },
  {
    kind: 'StatefulSet',
    body: { spec: { replicas: 0, selector, serviceName: 'walk', template } },
    status: conditions,
  },
];

const autoscaler = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' } };
/** PEM, of a key that nobody has. */
const request = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWQyRnNhekJaTUJN',
  'R0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSApBMElBQkNzMDhOb05WR200UjhlN3FCbExvSU9sVzV0T2FMTXozSWlZamtRclhpQ2Qx',
  'TU9lMU1MUGY2cElkdXErCk5hTmxLK083RkxFNk0wc1pncGljQXlkR0J2T2dBREFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBK240',
  'bjRlcloKWndYVjRkRWYwK0NMNW8rdzRLZHRKekdTNFRxUlhFcHFHMndDSUJSSnFWTS9IY0plVjMwTXI0VjdHcDNhWUV0SApmd2pS',
  'UjZWZVhyODBPYyt5Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=',
].join('');

const workloads: readonly MinimalManifest[] = [
  {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    name: 'walk-v1',
    storedAs: 'autoscaling/v2',
    body: { spec: { ...autoscaler, maxReplicas: 3 } },
    status: { currentReplicas: 1, desiredReplicas: 2 },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    body: { spec: { ...autoscaler, maxReplicas: 3 } },
    status: { currentReplicas: 1, desiredReplicas: 2 },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    body: {
      spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: jobTemplate } } },
    },
    status: { lastScheduleTime: when },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    body: { spec: { suspend: true, template: jobTemplate } },
    status: conditions,
  },
  {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    name: 'walk-v1',
    key: 'events',
    storedAs: 'v1',
    body: {
      eventTime: '2026-01-02T03:04:05.000000Z',
      reportingController: 'example.com/walk',
      reportingInstance: 'walk-1',
      action: 'Walking',
      reason: 'Walk',
      type: 'Normal',
      regarding: { kind: 'Pod', name: 'walk', namespace: 'walk' },
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    body: { spec: { minAvailable: 1, selector } },
    status: conditions,
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    body: { value: 10 },
  },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', body: { spec: { holderIdentity: 'walk' } } },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', body: { handler: 'walk' } },
];

const access: readonly MinimalManifest[] = [
  {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    body: { spec: { request, signerName: 'example.com/walk', usages: ['client auth'] } },
    status: { conditions: [{ type: 'Failed', status: 'True', reason: 'Walk', message: 'was here' }] },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } },
  },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', body: { rules: [] } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    body: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  },
];

const network: readonly MinimalManifest[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    body: { spec: { controller: 'example.com/walk' } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    key: 'ingress',
    body: { spec: { defaultBackend: { service: { name: 'walk', port: { number: 80 } } } } },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    name: '192.0.2.9',
    body: { spec: { parentRef: { resource: 'services', namespace: 'walk', name: 'walk' } } },
  },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', body: { spec: { podSelector: {} } } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    body: { spec: { cidrs: ['198.51.100.0/24'] } },
    status: conditions,
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    body: { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.7'] }] },
  },
];

const storage: readonly MinimalManifest[] = [
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', name: 'walk.example.com', body: { spec: {} } },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    body: { spec: { drivers: [{ name: 'walk.example.com', nodeID: 'walk' }] } },
  },
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', body: { storageClassName: 'walk' } },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', body: { provisioner: 'example.com/walk' } },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    body: {
      spec: { attacher: 'walk.example.com', nodeName: 'walk', source: { persistentVolumeName: 'walk' } },
    },
    status: { attached: true },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    body: { driverName: 'walk.example.com', parameters: { speed: 'slow' } },
  },
  { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', body: { spec: {} } },
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', body: { spec: {} }, status: { allocation: {} } },
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', body: { spec: { spec: {} } } },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    body: {
      spec: {
        driver: 'walk.example.com',
        pool: { name: 'walk', generation: 1, resourceSliceCount: 1 },
        nodeName: 'walk',
        devices: [{ name: 'leg' }],
      },
    },
  },
];

const matchConstraints = {
  resourceRules: [
    { apiGroups: ['walk.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['walks'] },
  ],
};
const webhook = {
  name: 'walk.example.com',
  clientConfig: { url: 'https://127.0.0.1:9/' },
  rules: matchConstraints.resourceRules,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

const administration: readonly MinimalManifest[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    storedAs: 'admissionregistration.k8s.io/v1beta1',
    body: {
      spec: {
        matchConstraints,
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"walk": "yes"}}}' },
          },
        ],
      },
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    storedAs: 'admissionregistration.k8s.io/v1beta1',
    body: { spec: { policyName: 'walk' } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    body: { webhooks: [webhook] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    body: { spec: { matchConstraints, validations: [{ expression: 'object.spec.far < 10' }] } },
    status: { observedGeneration: 1 },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    body: { spec: { policyName: 'walk', validationActions: ['Deny'] } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    body: { webhooks: [webhook] },
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: 'walks.example.com',
    key: 'apiextensions.k8s.io/customresourcedefinitions',
    storedAs: 'apiextensions.k8s.io/v1beta1',
    storedForm: 'json',
    body: {
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'walks', kind: 'Walk' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    },
    status: { conditions: [condition] },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    name: 'v1.walk.example.com',
    key: 'apiregistration.k8s.io/apiservices',
    storedForm: 'json',
    body: {
      spec: { group: 'walk.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 },
    },
    status: conditions,
    condition: 'Available',
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    body: { spec: { priorityLevelConfiguration: { name: 'walk' } } },
    status: conditions,
    condition: 'Dangling',
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    body: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
    status: conditions,
  },
];

/** Every kind that is stored, in each of its served versions. */
export const minimalManifests: readonly MinimalManifest[] = [
  ...core.map((manifest) => ({ apiVersion: 'v1', ...manifest })),
  ...apps.map((manifest) => ({ apiVersion: 'apps/v1', ...manifest })),
  ...workloads,
  ...access,
  ...network,
  ...storage,
  ...administration,
];
