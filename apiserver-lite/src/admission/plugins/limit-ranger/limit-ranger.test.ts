import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionAttributes } from '../../attributes.ts';
import { admissionAttributes } from '../../testing/admission-attributes.ts';
import { pluginDependencies } from '../../testing/plugin-dependencies.ts';
import { limitRanger } from './limit-ranger.ts';

function range(limits: readonly object[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { namespace: 'ns', name: 'range' },
    spec: { limits },
  } as KubeObject;
}

const container = (name: string, requests: object, limits: object = {}, more: object = {}) => ({
  name,
  resources: { requests, limits },
  ...more,
});

type Given = Partial<Omit<AdmissionAttributes, 'object' | 'oldObject'>> & {
  object?: object;
  oldObject?: object;
};

async function judge(limits: readonly object[], given: Given): Promise<void> {
  const dependencies = pluginDependencies({ limitranges: [range(limits)] });
  const plugin = limitRanger(dependencies);
  try {
    await plugin.admit?.(admissionAttributes(given));
    await plugin.validate?.(admissionAttributes(given));
  } finally {
    dependencies.informers.close();
  }
}

const podOf = (...containers: object[]) => ({ metadata: { name: 'p' }, spec: { containers } });
const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });

test('containers get the defaults that they lack, and an annotation says so', async () => {
  const object = {
    metadata: { name: 'p' },
    spec: {
      initContainers: [{ name: 'i' }],
      containers: [{ name: 'a' }, container('b', { cpu: '1' }, { memory: '1Gi' })],
    },
  };
  await judge(
    [
      {
        type: 'Container',
        default: { memory: '2Gi', cpu: '2' },
        defaultRequest: { memory: '1Gi', cpu: '1' },
      },
    ],
    { object },
  );
  const all = { requests: { memory: '1Gi', cpu: '1' }, limits: { memory: '2Gi', cpu: '2' } };
  assert.deepEqual(object.spec.containers[0], { name: 'a', resources: all });
  assert.deepEqual(object.spec.containers[1], {
    name: 'b',
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi', cpu: '2' } },
  });
  assert.deepEqual(object.metadata, {
    name: 'p',
    annotations: {
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; ' +
        'memory request for container b; cpu limit for container b; ' +
        'cpu, memory request for init container i; cpu, memory limit for init container i',
    },
  });
});

test('bounds of containers', async () => {
  const limits = [
    { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' }, maxLimitRequestRatio: { memory: '1.5' } },
  ];
  const memory = { memory: '1Gi' };
  const cases: [requests: object, bounds: object, message: string][] = [
    [
      { ...memory },
      { cpu: '1', ...memory },
      'minimum cpu usage per Container is 100m.  No request is specified',
    ],
    [
      { cpu: '50m', ...memory },
      { cpu: '80m', ...memory },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      { cpu: '200m', ...memory },
      { cpu: '2', ...memory },
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [{ cpu: '200m', ...memory }, memory, 'maximum cpu usage per Container is 1.  No limit is specified'],
    [
      { cpu: '1', memory: '1Gi' },
      { cpu: '1', memory: '2Gi' },
      'memory max limit to request ratio per Container is 1500m, but provided ratio is 2.000000',
    ],
    [
      { cpu: '1' },
      { cpu: '1', memory: '2Gi' },
      'memory max limit to request ratio per Container is 1500m, but no request is specified or request is 0',
    ],
  ];
  for (const [requests, bounds, message] of cases)
    await assert.rejects(
      judge(limits, { object: podOf(container('c', requests, bounds)) }),
      refused(message),
    );
  const good = container('c', { cpu: '1', ...memory }, { cpu: '1', ...memory });
  await judge(limits, { object: podOf(good) });
  await assert.rejects(
    judge(limits, { object: podOf(good, container('d', { cpu: '2', ...memory }, { cpu: '3', ...memory })) }),
    refused('maximum cpu usage per Container is 1, but limit is 3'),
  );
  await assert.rejects(
    judge([{ type: 'Container', min: { cpu: '1', memory: '1Gi' } }], { object: podOf({ name: 'c' }) }),
    refused(
      '[minimum cpu usage per Container is 1.  No request is specified, ' +
        'minimum memory usage per Container is 1Gi.  No request is specified]',
    ),
  );
});

test('bounds of a Pod count what it needs at most at one time', async () => {
  const limits = [{ type: 'Pod', max: { cpu: '3' } }];
  const one = { cpu: '1' };
  const two = { cpu: '2' };
  await judge(limits, { object: podOf(container('a', one, one), container('b', two, two)) });
  const withSidecar = (sidecar: object) => ({
    metadata: { name: 'p' },
    spec: {
      initContainers: [
        container('s', sidecar, sidecar, { restartPolicy: 'Always' }),
        container('i', two, two),
      ],
      containers: [container('a', one, one)],
    },
  });
  await judge(limits, { object: withSidecar(one) });
  await assert.rejects(
    judge(limits, { object: withSidecar(two) }),
    refused('maximum cpu usage per Pod is 3, but limit is 4'),
  );
  const own = { resources: { requests: one, limits: { cpu: '5' } } };
  await assert.rejects(
    judge(limits, {
      object: { metadata: { name: 'p' }, spec: { ...own, containers: [container('a', one, one)] } },
    }),
    refused('maximum cpu usage per Pod is 3, but limit is 5'),
  );
});

test('claims have a least and a most', async () => {
  const limits = [{ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } }];
  const claim = (storage: string): Given => ({
    kind: { group: '', version: 'v1', kind: 'PersistentVolumeClaim' },
    resource: { group: '', version: 'v1', resource: 'persistentvolumeclaims' },
    object: { metadata: { name: 'c' }, spec: { resources: { requests: { storage } } } },
    name: 'c',
  });
  await judge(limits, claim('1Gi'));
  await judge(limits, { ...claim('2Gi'), operation: 'UPDATE', oldObject: { metadata: {} } });
  for (const [storage, message] of [
    ['1', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1'],
    ['3Gi', 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'],
  ] as const)
    await assert.rejects(judge(limits, claim(storage)), {
      message: `persistentvolumeclaims "c" is forbidden: ${message}`,
    });
});

test('of updates of a Pod only the resize is limited, and nothing that is being deleted', async () => {
  const limits = [{ type: 'Container', max: { cpu: '1' } }];
  const object = podOf(container('c', { cpu: '2' }, { cpu: '2' }));
  const oldObject = { metadata: {} };
  await judge(limits, { operation: 'UPDATE', object, oldObject });
  await judge(limits, { operation: 'UPDATE', subresource: 'status', object, oldObject });
  await assert.rejects(
    judge(limits, { operation: 'UPDATE', subresource: 'resize', object, oldObject }),
    refused('maximum cpu usage per Container is 1, but limit is 2'),
  );
  const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
  await judge(limits, { operation: 'UPDATE', subresource: 'resize', object, oldObject: deleted });
});

test('the store is asked where the informer knows none, once in thirty seconds', async () => {
  const dependencies = pluginDependencies({});
  let nowMs = 0;
  let lists = 0;
  const plugin = limitRanger({
    ...dependencies,
    clock: { ...dependencies.clock, now: () => nowMs },
    storageOf: (group, resource) => {
      lists++;
      return dependencies.storageOf(group, resource);
    },
  });
  const create = async () => plugin.validate?.(admissionAttributes({ object: podOf({ name: 'c' }) }));
  await create();
  await create();
  assert.equal(lists, 1);
  nowMs = 30_001;
  await create();
  assert.equal(lists, 2);
  dependencies.informers.close();
});
