import type { DefaultsRow } from './defaults-row.ts';

const service = (says: string, given: object, gives: object): DefaultsRow => ({
  kind: 'v1/Service',
  says,
  given: { spec: given },
  gives: { spec: { sessionAffinity: 'None', ...gives } },
});

/** Every default of the core kinds that make no Pods. */
export const rows: readonly DefaultsRow[] = [
  { kind: 'v1/Secret', given: {}, gives: { type: 'Opaque' } },
  {
    kind: 'v1/Secret',
    says: 'text becomes data',
    given: { type: 't', data: { a: 'AA==' }, stringData: { b: 'b' } },
    gives: { type: 't', data: { a: 'AA==', b: 'Yg==' } },
  },
  {
    kind: 'v1/Namespace',
    given: {},
    gives: {
      metadata: { name: 'x', labels: { 'kubernetes.io/metadata.name': 'x' } },
      status: { phase: 'Active' },
    },
  },
  {
    kind: 'v1/Namespace',
    says: 'its label names it, whatever is said',
    given: {
      metadata: { name: 'x', labels: { 'kubernetes.io/metadata.name': 'y', a: 'b' } },
      status: { phase: 'Terminating' },
    },
    gives: {
      metadata: { name: 'x', labels: { 'kubernetes.io/metadata.name': 'x', a: 'b' } },
      status: { phase: 'Terminating' },
    },
  },
  {
    kind: 'v1/Node',
    given: { status: { capacity: { cpu: '1500u' } } },
    gives: { status: { capacity: { cpu: '2m' }, allocatable: { cpu: '2m' } } },
  },
  {
    kind: 'v1/Node',
    says: 'the first range of Pods stands in both fields',
    given: { spec: { podCIDRs: ['10.0.0.0/24'] } },
    gives: { spec: { podCIDRs: ['10.0.0.0/24'], podCIDR: '10.0.0.0/24' } },
  },
  {
    kind: 'v1/Node',
    says: 'where the ranges of Pods differ, the single one counts',
    given: { spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.0.0.0/24', 'fd00::/64'] } },
    gives: { spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] } },
  },
  {
    kind: 'v1/PersistentVolume',
    given: { spec: { hostPath: { path: '/a' }, capacity: { storage: '1n' } } },
    gives: {
      spec: {
        hostPath: { path: '/a', type: '' },
        capacity: { storage: '1m' },
        persistentVolumeReclaimPolicy: 'Retain',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Pending' },
    },
  },
  {
    kind: 'v1/PersistentVolume',
    says: 'what says otherwise',
    given: { spec: { persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Block', rbd: { pool: 'p' } } },
    gives: {
      spec: {
        persistentVolumeReclaimPolicy: 'Delete',
        volumeMode: 'Block',
        rbd: { pool: 'p', user: 'admin', keyring: '/etc/ceph/keyring' },
      },
      status: { phase: 'Pending' },
    },
  },
  {
    kind: 'v1/PersistentVolumeClaim',
    given: { spec: { resources: { requests: { storage: '1u' } } } },
    gives: {
      spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1m' } } },
      status: { phase: 'Pending' },
    },
  },
  {
    kind: 'v1/LimitRange',
    says: 'most becomes the limit, the limit the request',
    given: { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1u' } }] } },
    gives: {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '1' },
            min: { memory: '1m' },
            default: { cpu: '1' },
            defaultRequest: { cpu: '1', memory: '1m' },
          },
        ],
      },
    },
  },
  {
    kind: 'v1/LimitRange',
    says: 'of Pods nothing',
    given: { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } },
    gives: { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } },
  },
  {
    kind: 'v1/ResourceQuota',
    given: { spec: { hard: { cpu: '1u' } }, status: { hard: { cpu: '1u' }, used: { cpu: '0' } } },
    gives: { spec: { hard: { cpu: '1m' } }, status: { hard: { cpu: '1m' }, used: { cpu: '0' } } },
  },
  {
    kind: 'v1/Endpoints',
    given: { subsets: [{ ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] }] },
    gives: {
      subsets: [
        {
          ports: [
            { port: 1, protocol: 'TCP' },
            { port: 2, protocol: 'UDP' },
          ],
        },
      ],
    },
  },
  {
    kind: 'discovery.k8s.io/v1/EndpointSlice',
    given: { ports: [{ port: 1 }] },
    gives: { ports: [{ port: 1, name: '', protocol: 'TCP' }] },
  },
  service(
    'a cluster IP, to the port of the same number',
    { ports: [{ port: 80 }] },
    {
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    },
  ),
  service('another name', { type: 'ExternalName' }, { type: 'ExternalName' }),
  service(
    'node ports',
    { type: 'NodePort' },
    { type: 'NodePort', internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Cluster' },
  ),
  service(
    'external IPs',
    { externalIPs: ['1.2.3.4'] },
    {
      type: 'ClusterIP',
      externalIPs: ['1.2.3.4'],
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
    },
  ),
  service(
    'affinity to clients',
    { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: {} } },
    {
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    },
  ),
  service(
    'no affinity has no details',
    { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } },
    { type: 'ClusterIP', internalTrafficPolicy: 'Cluster' },
  ),
  {
    kind: 'v1/Service',
    says: 'a balancer',
    given: {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'h' }] } },
    },
    gives: {
      spec: {
        type: 'LoadBalancer',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
      },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'VIP' }, { hostname: 'h' }] } },
    },
  },
];
