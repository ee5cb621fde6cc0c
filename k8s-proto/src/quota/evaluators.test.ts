import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../object.ts';
import { podOfClaim } from './claim-owner.ts';
import type { ScopeRequirement } from './evaluator.ts';
import { Evaluators } from './evaluators.ts';
import { writeResourceList } from './resource-list.ts';

const nowMs = Date.parse('2026-01-01T00:01:00Z');
const evaluators = new Evaluators({
  now: () => nowMs,
  claims: {
    extendedResourceOf: (name) => (name === 'gpu' ? 'example.com/gpu' : undefined),
    isDeviceClass: (name) => name === 'example.com/gpu',
    usageOfPod: () => undefined,
  },
});

function object(spec: object, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'x', namespace: 'n' },
    spec,
    ...more,
  } as KubeObject;
}

function used(resource: string, value: KubeObject, group = ''): Record<string, string> {
  return writeResourceList(evaluators.of(group, resource)?.usage(value) ?? new Map());
}

const pod = (resources: object, more: object = {}, status?: object) =>
  object({ containers: [{ name: 'c', resources }], ...more }, status === undefined ? {} : { status });

test('a Pod uses what its containers request and may use', () => {
  assert.deepEqual(
    used('pods', pod({ requests: { cpu: '1', 'example.com/a': '2' }, limits: { memory: '1Gi' } })),
    {
      'count/pods': '1',
      cpu: '1',
      'limits.memory': '1Gi',
      pods: '1',
      'requests.cpu': '1',
      'requests.example.com/a': '2',
    },
  );
  const init = (cpu: string, restartPolicy?: string) => ({
    name: 'i',
    restartPolicy,
    resources: { requests: { cpu } },
  });
  const cpuOf = (initContainers: object[], more: object = {}) =>
    used('pods', pod({ requests: { cpu: '1' } }, { initContainers, ...more }))['cpu'];
  assert.equal(cpuOf([init('3')]), '3', 'an init container alone');
  assert.equal(cpuOf([init('3', 'Always')]), '4', 'a sidecar beside the container');
  assert.equal(cpuOf([init('1', 'Always'), init('3')]), '4', 'a sidecar beside an init container');
  assert.equal(cpuOf([init('3')], { overhead: { cpu: '500m' } }), '3500m');
  assert.equal(cpuOf([init('3')], { resources: { requests: { cpu: '2' } } }), '2', 'of the whole Pod');
});

test('a Pod that has ended is only an object', () => {
  const only = { 'count/pods': '1' };
  const resources = { requests: { cpu: '1' } };
  assert.deepEqual(used('pods', pod(resources, {}, { phase: 'Succeeded' })), only);
  const deleted = (deletionGracePeriodSeconds: number) => {
    const value = pod(resources);
    Object.assign(value.metadata, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds });
    return used('pods', value);
  };
  assert.deepEqual(deleted(59), only);
  assert.equal(deleted(60)['pods'], '1');
});

test('while a container is resized the larger amount counts', () => {
  const status = (cpu: string, reason?: string) => ({
    containerStatuses: [{ name: 'c', resources: { requests: { cpu } } }],
    ...(reason === undefined ? {} : { conditions: [{ type: 'PodResizePending', reason }] }),
  });
  const cpuOf = (value: object) => used('pods', pod({ requests: { cpu: '2' } }, {}, value))['cpu'];
  assert.equal(cpuOf(status('3')), '3');
  assert.equal(cpuOf(status('1')), '2');
  assert.equal(cpuOf(status('1', 'Infeasible')), '1');
});

test('scopes', () => {
  const evaluator = evaluators.of('', 'pods');
  const isIn = (value: KubeObject, scopeName: string, more: Partial<ScopeRequirement> = {}) =>
    evaluator?.isInScope?.(value, { scopeName, operator: 'Exists', ...more });
  const plain = pod({});
  assert.equal(isIn(plain, 'BestEffort'), true);
  assert.equal(isIn(pod({ limits: { memory: '1' } }), 'NotBestEffort'), true);
  assert.equal(isIn(pod({}, { activeDeadlineSeconds: 0 }), 'Terminating'), true);
  assert.equal(isIn(plain, 'NotTerminating'), true);
  const high = pod({}, { priorityClassName: 'high' });
  assert.equal(isIn(high, 'PriorityClass', { operator: 'In', values: ['high'] }), true);
  assert.equal(isIn(plain, 'PriorityClass', { operator: 'NotIn', values: ['high'] }), true);
  assert.equal(isIn(plain, 'PriorityClass', { operator: 'DoesNotExist' }), true);
  const affinity = {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ namespaces: ['a'] }] },
  };
  assert.equal(isIn(pod({}, { affinity }), 'CrossNamespacePodAffinity'), true);
  assert.equal(isIn(plain, 'VolumeAttributesClass'), false);
});

test('containers have to say what a quota of CPU or memory limits', () => {
  const evaluator = evaluators.of('', 'pods');
  const missing = (value: KubeObject, ...names: string[]) => evaluator?.missing?.(value, names);
  const two = object({ containers: [{ name: 'b' }, { name: 'a', resources: { requests: { cpu: '1' } } }] });
  assert.equal(
    missing(two, 'requests.memory', 'cpu', 'pods'),
    'must specify cpu for: b; requests.memory for: a,b',
  );
  assert.equal(missing(pod({}, { resources: { limits: { cpu: '1' } } }), 'cpu'), undefined);
});

test('Services, claims of volumes, and anything else', () => {
  const service = (spec: object) => used('services', object(spec));
  const ports = [{ port: 1 }, { port: 2, nodePort: 30000 }];
  assert.equal(service({ type: 'NodePort', ports })['services.nodeports'], '2');
  const balancer = service({ type: 'LoadBalancer', ports, allocateLoadBalancerNodePorts: false });
  assert.equal(balancer['services.nodeports'], '1');
  assert.equal(balancer['services.loadbalancers'], '1');
  const claim = object(
    { storageClassName: 'gold', resources: { requests: { storage: '1.5' } } },
    { status: { allocatedResources: { storage: '3' } } },
  );
  assert.deepEqual(used('persistentvolumeclaims', claim), {
    'count/persistentvolumeclaims': '1',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'gold.storageclass.storage.k8s.io/requests.storage': '3',
    persistentvolumeclaims: '1',
    'requests.storage': '3',
  });
  assert.deepEqual(used('secrets', object({})), { 'count/secrets': '1', secrets: '1' });
  assert.deepEqual(used('widgets', object({}), 'example.com'), { 'count/widgets.example.com': '1' });
  assert.equal(evaluators.of('', 'events'), undefined);
});

test('devices count by class, at worst, and as extended resources', () => {
  const claim = object({
    devices: {
      requests: [
        { exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
        {
          firstAvailable: [
            { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
            { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 4 },
            { deviceClassName: 'nic', allocationMode: 'All' },
          ],
        },
      ],
    },
  });
  assert.deepEqual(used('resourceclaims', claim, 'resource.k8s.io'), {
    'count/resourceclaims.resource.k8s.io': '1',
    'gpu.deviceclass.resource.k8s.io/devices': '6',
    'nic.deviceclass.resource.k8s.io/devices': '32',
    'requests.deviceclass.resource.kubernetes.io/gpu': '6',
    'requests.deviceclass.resource.kubernetes.io/nic': '32',
    'requests.example.com/gpu': '6',
  });
});

test('only the first claim of a Pod is counted with the Pod', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true };
  const claim = (name: string, annotated = true): KubeObject => ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name,
      namespace: 'n',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [owner],
      annotations: annotated ? { 'resource.kubernetes.io/extended-resource-claim': 'true' } : {},
    },
  });
  const own = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' } } as KubeObject;
  const found = (value: KubeObject, thePod: KubeObject = own) =>
    podOfClaim(value, { pod: () => thePod, claims: () => [claim('a'), claim('b')] })?.metadata.name;
  assert.equal(found(claim('a')), 'p');
  assert.equal(found(claim('b')), undefined);
  assert.equal(found(claim('a', false)), undefined);
  const named = { ...own, status: { extendedResourceClaimStatus: { resourceClaimName: 'b' } } } as KubeObject;
  assert.equal(found(claim('b'), named), 'p');
});
