import type { FullManifest } from './full-manifest.ts';

const when = '2026-01-02T03:04:05Z';
const condition = {
  type: 'Walked',
  status: 'True',
  reason: 'Walk',
  message: 'was here',
  lastTransitionTime: when,
};
const peers = [
  { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.1/32'] } },
  { podSelector: { matchLabels: { walk: 'yes' } }, namespaceSelector: {} },
];
const ports = [{ protocol: 'TCP', port: 80, endPort: 90 }, { port: 'http' }];

const deviceRequests = {
  requests: [
    {
      name: 'legs',
      exactly: {
        deviceClassName: 'walk',
        selectors: [{ cel: { expression: 'true' } }],
        allocationMode: 'ExactCount',
        count: 2,
        tolerations: [{ key: 'walk', operator: 'Exists' }],
      },
    },
    {
      name: 'either',
      firstAvailable: [
        { name: 'one', deviceClassName: 'walk' },
        { name: 'two', deviceClassName: 'run', count: 2 },
      ],
    },
  ],
  constraints: [{ requests: ['legs'], matchAttribute: 'walk.example.com/side' }],
  config: [
    {
      requests: ['legs'],
      opaque: { driver: 'walk.example.com', parameters: { apiVersion: 'v1', kind: 'Walk', far: true } },
    },
  ],
};

/** Full manifests of the network, storage and devices. */
export const fullCluster: readonly FullManifest[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    body: {
      spec: {
        controller: 'example.com/walk',
        parameters: {
          apiGroup: 'example.com',
          kind: 'Walk',
          name: 'walk',
          scope: 'Namespace',
          namespace: 'walk',
        },
      },
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    body: {
      spec: {
        ingressClassName: 'walk',
        defaultBackend: { service: { name: 'walk', port: { number: 80 } } },
        tls: [{ hosts: ['walk.example.com'], secretName: 'walk' }],
        rules: [
          {
            host: 'walk.example.com',
            http: {
              paths: [
                {
                  path: '/a',
                  pathType: 'Prefix',
                  backend: { service: { name: 'a', port: { name: 'http' } } },
                },
                {
                  path: '/b',
                  pathType: 'Exact',
                  backend: { resource: { apiGroup: 'example.com', kind: 'Walk', name: 'b' } },
                },
              ],
            },
          },
          { host: '*.example.com' },
        ],
      },
    },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1', ports: [{ port: 80, protocol: 'TCP' }] }] } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    body: { spec: { parentRef: { group: 'apps', resource: 'walks', namespace: 'walk', name: 'walk' } } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    body: {
      spec: {
        podSelector: { matchLabels: { walk: 'yes' }, matchExpressions: [{ key: 'far', operator: 'Exists' }] },
        ingress: [{ from: peers, ports }, {}],
        egress: [{ to: peers, ports }],
        policyTypes: ['Ingress', 'Egress'],
      },
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    body: { spec: { cidrs: ['198.51.100.0/24'] } },
    status: { conditions: [condition] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    body: {
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['192.0.2.7'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'seven',
          targetRef: { kind: 'Pod', namespace: 'walk', name: 'walk' },
          nodeName: 'walk',
          zone: 'a',
          hints: { forZones: [{ name: 'a' }] },
        },
        { addresses: ['192.0.2.8'] },
      ],
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', appProtocol: 'http' },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    body: {
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        volumeLifecycleModes: ['Persistent', 'Ephemeral'],
        storageCapacity: true,
        fsGroupPolicy: 'File',
        tokenRequests: [{ audience: 'walk', expirationSeconds: 3600 }, { audience: 'run' }],
        requiresRepublish: true,
        seLinuxMount: true,
      },
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    body: {
      spec: {
        drivers: [
          {
            name: 'walk.example.com',
            nodeID: 'walk',
            topologyKeys: ['zone', 'rack'],
            allocatable: { count: 3 },
          },
          { name: 'run.example.com', nodeID: 'run' },
        ],
      },
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    body: {
      storageClassName: 'walk',
      nodeTopology: { matchLabels: { zone: 'a' } },
      capacity: '1.5Gi',
      maximumVolumeSize: '1024Mi',
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    body: {
      provisioner: 'example.com/walk',
      parameters: { speed: 'slow', kind: 'leg' },
      reclaimPolicy: 'Retain',
      mountOptions: ['ro', 'soft'],
      allowVolumeExpansion: true,
      volumeBindingMode: 'WaitForFirstConsumer',
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    body: {
      spec: { attacher: 'walk.example.com', nodeName: 'walk', source: { persistentVolumeName: 'walk' } },
    },
    status: {
      attached: true,
      attachmentMetadata: { device: '/dev/walk' },
      attachError: { time: when, message: 'far', errorCode: 3 },
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    body: { driverName: 'walk.example.com', parameters: { speed: 'slow', size: 'big' } },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    body: {
      spec: {
        selectors: [{ cel: { expression: 'true' } }],
        config: [{ opaque: { driver: 'walk.example.com', parameters: { apiVersion: 'v1', kind: 'Walk' } } }],
        extendedResourceName: 'example.com/leg',
      },
    },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    body: { spec: { devices: deviceRequests } },
    status: {
      allocation: {
        devices: {
          results: [{ request: 'legs', driver: 'walk.example.com', pool: 'walk', device: 'leg' }],
        },
      },
      reservedFor: [{ resource: 'pods', name: 'walk', uid: 'a' }],
    },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    body: {
      spec: {
        metadata: { labels: { own: 'yes' }, annotations: { a: 'b' } },
        spec: { devices: deviceRequests },
      },
    },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    body: {
      spec: {
        driver: 'walk.example.com',
        pool: { name: 'walk', generation: 1, resourceSliceCount: 1 },
        nodeName: 'walk',
        devices: [
          {
            name: 'leg',
            attributes: { side: { string: 'left' }, toes: { int: 5 }, version: { version: '1.2.3' } },
            capacity: { length: { value: '1000m' } },
            taints: [{ key: 'walk', effect: 'NoSchedule', timeAdded: when }],
          },
          { name: 'arm' },
        ],
      },
    },
  },
];
