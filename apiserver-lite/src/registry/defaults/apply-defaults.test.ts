import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from './apply-defaults.ts';
import { pullPolicy } from './pod.ts';

function defaulted(
  apiVersion: string,
  kind: string,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'x' }, ...structuredClone(fields) };
  applyDefaults(object);
  const once = structuredClone(object);
  applyDefaults(object);
  assert.deepEqual(object, once, 'twice is once');
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = once;
  return rest;
}

const containers = [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }] }];

test('a ReplicaSet template gets the defaults of a Pod, but not those that only Pods get', () => {
  const { spec } = defaulted('apps/v1', 'ReplicaSet', { spec: { template: { spec: { containers } } } });
  assert.deepEqual(spec, {
    replicas: 1,
    template: {
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'Always',
            resources: {},
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        terminationGracePeriodSeconds: 30,
        securityContext: {},
      },
    },
  });
});

test('a Pod requests what it limits, and its host network ports are its own', () => {
  const { spec } = defaulted('v1', 'Pod', {
    spec: {
      hostNetwork: true,
      serviceAccount: 'robot',
      containers: [
        { ...containers[0], resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } },
      ],
    },
  }) as { spec: { containers: Record<string, unknown>[] } & Record<string, unknown> };
  const [container] = spec.containers;
  assert.deepEqual(container?.['resources'], {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  });
  assert.deepEqual(container?.['ports'], [{ containerPort: 80, protocol: 'TCP', hostPort: 80 }]);
  assert.equal(spec['enableServiceLinks'], true);
  assert.equal(spec['serviceAccountName'], 'robot');
});

test('probes, hooks, environment and volumes get theirs', () => {
  const { spec } = defaulted('v1', 'Pod', {
    spec: {
      containers: [
        {
          name: 'a',
          image: 'a:1',
          livenessProbe: { httpGet: { port: 80 } },
          readinessProbe: { grpc: { port: 80 }, periodSeconds: 3 },
          env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
      volumes: [
        { name: 'e' },
        { name: 's', secret: { secretName: 's' } },
        { name: 'h', hostPath: { path: '/x' } },
        { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      ],
    },
  }) as { spec: { containers: Record<string, unknown>[]; volumes: unknown } };
  const [container] = spec.containers;
  const timing = { timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };
  assert.deepEqual(container?.['livenessProbe'], {
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    periodSeconds: 10,
    ...timing,
  });
  assert.deepEqual(container?.['readinessProbe'], {
    grpc: { port: 80, service: '' },
    periodSeconds: 3,
    ...timing,
  });
  assert.deepEqual(container?.['env'], [
    { name: 'X', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } },
  ]);
  assert.deepEqual(spec.volumes, [
    { name: 'e', emptyDir: {} },
    { name: 's', secret: { secretName: 's', defaultMode: 420 } },
    { name: 'h', hostPath: { path: '/x', type: '' } },
    {
      name: 'p',
      projected: {
        sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
        defaultMode: 420,
      },
    },
  ]);
});

test('images are pulled again where their tag may move', () => {
  for (const [image, policy] of [
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.14.2', 'IfNotPresent'],
    ['registry.example.com:5000/nginx', 'Always'],
    ['registry.example.com:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:0000', 'IfNotPresent'],
    ['nginx:latest@sha256:0000', 'IfNotPresent'],
  ] as const) {
    assert.equal(pullPolicy(image), policy, image);
  }
});

test('workloads roll, keep history, and count themselves', () => {
  assert.deepEqual(defaulted('apps/v1', 'Deployment', {})['spec'], {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
  });
  assert.deepEqual(defaulted('apps/v1', 'Deployment', { spec: { strategy: { type: 'Recreate' } } })['spec'], {
    strategy: { type: 'Recreate' },
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  assert.deepEqual(defaulted('apps/v1', 'DaemonSet', {})['spec'], {
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  });
  assert.deepEqual(defaulted('batch/v1', 'Job', {})['spec'], {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
});

test('a Service is a cluster IP over TCP to the port of the same number', () => {
  assert.deepEqual(defaulted('v1', 'Service', { spec: { ports: [{ port: 80 }] } })['spec'], {
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
    internalTrafficPolicy: 'Cluster',
  });
  const balanced = defaulted('v1', 'Service', {
    spec: { type: 'LoadBalancer', sessionAffinity: 'ClientIP' },
  });
  assert.deepEqual(balanced['spec'], {
    type: 'LoadBalancer',
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
  });
});
