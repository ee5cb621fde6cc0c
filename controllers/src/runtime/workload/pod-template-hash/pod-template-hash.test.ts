import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodTemplate } from '../../client/resource.ts';
import { podTemplateHash } from './pod-template-hash.ts';

/**
 * Computed by Kubernetes' own packages at v0.36.3: `dump.ForHash` after a round through protobuf, FNV,
 * `SafeEncodeString`.
 */
const known: { name: string; template: unknown; collisionCount?: number; hash: string }[] = [
  {
    name: 'the first Pod of the courses',
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.14.2',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    hash: '6c5f67b5f7',
  },
  {
    name: 'with a collision',
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.14.2',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    collisionCount: 1,
    hash: '6f4479b5f6',
  },
  {
    name: 'with a collision count of zero',
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.14.2',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    collisionCount: 0,
    hash: '5c649576f',
  },
  {
    name: 'without ports, as kubectl create makes it',
    template: {
      metadata: { labels: { app: 'web' }, creationTimestamp: null },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'Always',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    hash: '7887448d46',
  },
  {
    name: 'resources, probes, volumes, affinity',
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.14.2',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: {
              limits: { cpu: '500m', memory: '128Mi', 'nvidia.com/gpu': '1', 'ephemeral-storage': '1G' },
              requests: { cpu: '2', memory: '1536Mi', 'hugepages-2Mi': '0' },
            },
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
            env: [
              { name: 'GRÜSSE', value: 'ja 日本' },
              { name: 'NODE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
            ],
            command: ['sh', '-c', 'sleep 1'],
            livenessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              periodSeconds: 10,
              timeoutSeconds: 1,
              successThreshold: 1,
              failureThreshold: 3,
            },
            readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 5 },
            lifecycle: { preStop: { exec: { command: ['true'] } } },
            volumeMounts: [{ name: 'a', mountPath: '/a', readOnly: true }],
            securityContext: { runAsUser: 0, privileged: false, capabilities: { drop: ['ALL'] } },
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
        initContainers: [
          {
            name: 'init',
            image: 'nginx:1.14.2',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
            restartPolicy: 'Always',
          },
        ],
        volumes: [
          { name: 'a', emptyDir: {} },
          {
            name: 'b',
            configMap: { name: 'cm', defaultMode: 420, items: [{ key: 'k', path: 'p', mode: 256 }] },
          },
          { name: 'c', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
        ],
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: {
                  topologyKey: 'kubernetes.io/hostname',
                  labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['nginx'] }] },
                },
              },
            ],
          },
        },
        tolerations: [{ operator: 'Exists' }, { key: 'a', effect: 'NoExecute', tolerationSeconds: 30 }],
        nodeSelector: { z: '1', a: '2' },
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'nginx' } },
          },
        ],
        hostNetwork: true,
        enableServiceLinks: false,
        priorityClassName: 'high',
        priority: 1000,
      },
    },
    hash: '75c5d78fb4',
  },
  {
    name: 'quantity 100Ti',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '100Ti' } } }] } },
    hash: '585895cd76',
  },
  {
    name: 'quantity 500Ti',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '500Ti' } } }] } },
    hash: '6874c9f8',
  },
  {
    name: 'quantity 1Pi',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '1Pi' } } }] } },
    hash: '65cb478765',
  },
  {
    name: 'quantity 1e3',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '1e3' } } }] } },
    hash: '5c5d956b67',
  },
  {
    name: 'quantity 1500m',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '1500m' } } }] } },
    hash: '75974cd598',
  },
  {
    name: 'quantity 8Gi',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '8Gi' } } }] } },
    hash: 'f78f5c65f',
  },
  {
    name: 'quantity 12Gi',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '12Gi' } } }] } },
    hash: '57ffbbb94f',
  },
  {
    name: 'quantity 1234567890123456789',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '1234567890123456789' } } }] } },
    hash: '6cc657df68',
  },
  {
    name: 'quantity 100n',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '100n' } } }] } },
    hash: '78bddf55c',
  },
  {
    name: 'quantity 1k',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '1k' } } }] } },
    hash: '7dc9b86b4f',
  },
  {
    name: 'quantity 3E',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '3E' } } }] } },
    hash: '58f65fd4d5',
  },
  {
    name: 'quantity 0',
    template: { spec: { containers: [{ name: 'c', resources: { limits: { x: '0' } } }] } },
    hash: '7fb6766c45',
  },
];

for (const { name, template, collisionCount, hash } of known) {
  test(`the hash is kube-controller-manager's: ${name}`, () => {
    assert.equal(podTemplateHash(template as PodTemplate, collisionCount), hash);
  });
}
