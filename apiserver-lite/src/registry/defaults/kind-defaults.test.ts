import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from './apply-defaults.ts';

const rbac = 'rbac.authorization.k8s.io';

/** What a minimal object of a kind says, and what it says once decoded. */
const rows: readonly [apiVersion: string, kind: string, given: object, defaulted: object][] = [
  ['v1', 'Secret', {}, { type: 'Opaque' }],
  [
    'v1',
    'PersistentVolumeClaim',
    { spec: {} },
    { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
  ],
  [
    'v1',
    'PersistentVolume',
    { spec: { hostPath: { path: '/a' } } },
    {
      spec: {
        hostPath: { path: '/a', type: '' },
        persistentVolumeReclaimPolicy: 'Retain',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Pending' },
    },
  ],
  [
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } },
    {
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '1' } },
        ],
      },
    },
  ],
  [
    'storage.k8s.io/v1',
    'StorageClass',
    { provisioner: 'p' },
    { provisioner: 'p', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  ],
  [
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 1 },
    { value: 1, preemptionPolicy: 'PreemptLowerPriority' },
  ],
  [
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { spec: { podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] } },
    {
      spec: {
        podSelector: {},
        ingress: [{ ports: [{ port: 1, protocol: 'TCP' }] }],
        policyTypes: ['Ingress'],
      },
    },
  ],
  [
    `${rbac}/v1`,
    'RoleBinding',
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'r' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'u' }],
    },
  ],
  ['coordination.k8s.io/v1', 'Lease', { spec: {} }, { spec: {} }],
  [
    'v1',
    'Service',
    { spec: { ports: [{ port: 80 }] } },
    {
      spec: {
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
      },
    },
  ],
];

for (const [apiVersion, kind, given, defaulted] of rows) {
  test(`${apiVersion} ${kind}`, () => {
    const object = { apiVersion, kind, metadata: { name: 'x' }, ...structuredClone(given) } as KubeObject;
    applyDefaults(object);
    assert.deepEqual(object, { apiVersion, kind, metadata: { name: 'x' }, ...defaulted });
  });
}
