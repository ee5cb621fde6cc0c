import { fullPodSpec, fullTemplate } from './full-pod-spec.ts';
import type { FullManifest } from './full-manifest.ts';

const when = '2026-01-02T03:04:05Z';

/** Full manifests of the core group. */
export const fullCore: readonly FullManifest[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    body: { data: { a: '1', 'b.txt': 'two\nlines\n' }, binaryData: { c: 'AAEC' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Endpoints',
    body: {
      subsets: [
        {
          addresses: [
            {
              ip: '192.0.2.7',
              hostname: 'seven',
              nodeName: 'walk',
              targetRef: { kind: 'Pod', namespace: 'walk', name: 'walk', uid: 'a' },
            },
            { ip: '192.0.2.6' },
          ],
          notReadyAddresses: [{ ip: '192.0.2.8' }],
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', appProtocol: 'example.com/walk' },
            { name: 'dns', port: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Event',
    body: {
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'walk',
        namespace: 'walk',
        uid: 'a',
        fieldPath: 'spec.containers{main}',
      },
      reason: 'Walk',
      message: 'was here',
      type: 'Normal',
      source: { component: 'walker', host: 'walk' },
      firstTimestamp: when,
      lastTimestamp: when,
      count: 2,
    },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    body: {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2', memory: '1Gi' },
            min: { cpu: '0.1' },
            default: { cpu: '1.0' },
            defaultRequest: { cpu: '500m' },
            maxLimitRequestRatio: { cpu: '10' },
          },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } },
        ],
      },
    },
  },
  { apiVersion: 'v1', kind: 'Namespace', body: { spec: { finalizers: ['kubernetes'] } } },
  {
    apiVersion: 'v1',
    kind: 'Node',
    body: {
      spec: {
        podCIDR: '203.0.113.0/24',
        podCIDRs: ['203.0.113.0/24'],
        providerID: 'walk://walk',
        taints: [
          { key: 'walk', value: 'yes', effect: 'NoSchedule' },
          { key: 'run', effect: 'NoExecute' },
        ],
        unschedulable: true,
      },
    },
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      allocatable: { cpu: '3.5', memory: '7Gi', pods: '110' },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Walk', message: 'walks', lastHeartbeatTime: when },
        { type: 'DiskPressure', status: 'False' },
      ],
      addresses: [
        { type: 'InternalIP', address: '192.0.2.1' },
        { type: 'Hostname', address: 'walk' },
      ],
      images: [{ names: ['example.com/walk:1'], sizeBytes: 5 }],
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '6.1',
        osImage: 'walk',
        containerRuntimeVersion: 'walk://1',
        kubeletVersion: 'v1.36.3',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      volumesInUse: ['kubernetes.io/csi/walk'],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    body: {
      spec: {
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
        resources: { requests: { storage: '1.5Gi' }, limits: { storage: '3Gi' } },
        selector: { matchLabels: { walk: 'yes' }, matchExpressions: [{ key: 'disk', operator: 'Exists' }] },
        storageClassName: 'walk',
        volumeMode: 'Filesystem',
        dataSourceRef: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'walk' },
      },
    },
    status: {
      phase: 'Pending',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      conditions: [{ type: 'Resizing', status: 'True', lastTransitionTime: when }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    body: {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        csi: {
          driver: 'walk.example.com',
          volumeHandle: 'walk',
          fsType: 'ext4',
          volumeAttributes: { a: 'b' },
        },
        claimRef: { kind: 'PersistentVolumeClaim', namespace: 'walk', name: 'walk' },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'walk',
        mountOptions: ['ro', 'soft'],
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
          },
        },
      },
    },
    status: { phase: 'Released', message: 'was here', reason: 'Walk' },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    body: { spec: fullPodSpec },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'Walk', lastTransitionTime: when },
        { type: 'example.com/ready', status: 'True' },
      ],
      hostIP: '192.0.2.1',
      hostIPs: [{ ip: '192.0.2.1' }],
      podIP: '203.0.113.5',
      podIPs: [{ ip: '203.0.113.5' }],
      containerStatuses: [
        {
          name: 'main',
          image: 'example.com/walk:1',
          imageID: 'a',
          ready: true,
          restartCount: 1,
          state: { running: { startedAt: when } },
        },
      ],
      message: 'was here',
    },
  },
  { apiVersion: 'v1', kind: 'PodTemplate', body: { template: fullTemplate } },
  {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    body: {
      spec: { replicas: 2, minReadySeconds: 3, selector: { walk: 'yes' }, template: fullTemplate },
    },
    status: {
      replicas: 2,
      readyReplicas: 1,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'Walk', lastTransitionTime: when }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    body: {
      spec: {
        hard: { cpu: '1000m', memory: '1Gi', 'limits.cpu': '1.5', pods: '10' },
        scopes: ['NotBestEffort'],
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
        },
      },
    },
    status: { hard: { pods: '10' }, used: { pods: '1' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    body: { data: { a: 'MQ==' }, stringData: { b: 'two' }, type: 'example.com/walk', immutable: false },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    body: {
      secrets: [{ name: 'one' }, { name: 'two' }],
      imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
      automountServiceAccountToken: false,
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    body: {
      spec: {
        type: 'LoadBalancer',
        ports: [
          { name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
        selector: { walk: 'yes', version: '1' },
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        externalIPs: ['192.0.2.30'],
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        loadBalancerSourceRanges: ['192.0.2.0/24'],
        loadBalancerClass: 'example.com/walk',
        publishNotReadyAddresses: true,
        trafficDistribution: 'PreferClose',
      },
    },
    status: {
      loadBalancer: { ingress: [{ ip: '192.0.2.40', ports: [{ port: 80, protocol: 'TCP' }] }] },
      conditions: [{ type: 'Walked', status: 'True', reason: 'Walk', message: '', lastTransitionTime: when }],
    },
  },
];
