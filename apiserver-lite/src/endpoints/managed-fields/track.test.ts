import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { messageCodec } from '../../registry/resource-types/built-in/message-codec.ts';
import { noAdmission } from '../../admission/chain.ts';
import { resourceScope, type ResourceScope } from '../resource-scope.ts';
import { MemoryStore, memoryRest } from '../testing/memory-rest.ts';
import { trackCreate, trackUpdate } from './track.ts';

let now = Date.UTC(2026, 0, 1);
const environment = { admission: noAdmission, now: () => now, random: () => 0, minRequestTimeoutSeconds: 1 };

function scopeOf(group: string, name: string, subresource?: string): ResourceScope {
  const at = { group, version: 'v1', name, ...(subresource === undefined ? {} : { subresource }) };
  return resourceScope(memoryRest(new MemoryStore(), at), environment);
}

const replicaSets = scopeOf('apps', 'replicasets');
const pods = scopeOf('', 'pods');
const podStatus = scopeOf('', 'pods', 'status');

/** As decoding makes it. */
function conformed(scope: ResourceScope, value: unknown): KubeObject {
  return messageCodec.decode({ value: JSON.parse(JSON.stringify(value)), gvk: scope.gvk, strict: false })
    .object;
}

/** As it comes back from the store. */
function stored(object: KubeObject): KubeObject {
  const copy = structuredClone(object);
  copy.metadata.uid = 'u';
  copy.metadata.resourceVersion = '1';
  return copy;
}

function fieldsOf(object: KubeObject, manager: string): unknown {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}

const nginx = {
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx',
            imagePullPolicy: 'Always',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    },
  },
};

test('a created ReplicaSet is owned as a real cluster shows it', () => {
  const object = conformed(replicaSets, nginx);
  trackCreate(object, { scope: replicaSets, manager: 'kubectl-create' });
  assert.equal(
    JSON.stringify(object.metadata.managedFields),
    '[{"manager":"kubectl-create","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z",' +
      '"fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},' +
      '"f:selector":{},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":' +
      '{"k:{\\"name\\":\\"nginx\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},' +
      '"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},' +
      '"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},' +
      '"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}}]',
  );
});

test('a status update owns the status alone, under its subresource', () => {
  const created = conformed(pods, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'x' }] },
  });
  trackCreate(created, { scope: pods, manager: 'kubectl' });
  const current = stored(created);
  const next = conformed(podStatus, {
    ...structuredClone(current),
    spec: { containers: [{ name: 'a', image: 'changed, but not by this' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      containerStatuses: [{ name: 'a', ready: true, restartCount: 0, image: 'x', imageID: '' }],
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  });
  trackUpdate(current, next, { scope: podStatus, manager: 'kubelet' });
  const [first, second] = next.metadata.managedFields as [ManagedFieldsEntry, ManagedFieldsEntry];
  assert.deepEqual([first.manager, first.subresource], ['kubectl', undefined]);
  assert.deepEqual([second.manager, second.subresource], ['kubelet', 'status']);
  assert.deepEqual(second.fieldsV1, {
    'f:status': {
      'f:conditions': {
        '.': {},
        'k:{"type":"Ready"}': {
          '.': {},
          'f:lastProbeTime': {},
          'f:lastTransitionTime': {},
          'f:status': {},
          'f:type': {},
        },
      },
      'f:containerStatuses': {},
      'f:phase': {},
      'f:podIP': {},
      'f:podIPs': { '.': {}, 'k:{"ip":"10.0.0.1"}': { '.': {}, 'f:ip': {} } },
    },
  });
});

test('changed fields move, removed ones vanish, the same manager keeps one entry', () => {
  now = Date.UTC(2026, 0, 1);
  const created = conformed(replicaSets, nginx);
  trackCreate(created, { scope: replicaSets, manager: 'a' });
  now = Date.UTC(2026, 0, 2);
  const first = stored(created);
  const scaled = conformed(replicaSets, { ...first, spec: { ...nginx.spec, replicas: 5 } });
  trackUpdate(first, scaled, { scope: replicaSets, manager: 'b' });
  assert.deepEqual(fieldsOf(scaled, 'b'), { 'f:spec': { 'f:replicas': {} } });
  assert.equal(Object.hasOwn((fieldsOf(scaled, 'a') as { 'f:spec': object })['f:spec'], 'f:replicas'), false);

  now = Date.UTC(2026, 0, 3);
  const second = stored(scaled);
  const annotated = conformed(replicaSets, {
    ...second,
    metadata: { ...second.metadata, labels: undefined, annotations: { x: '1' } },
  });
  trackUpdate(second, annotated, { scope: replicaSets, manager: 'b' });
  assert.deepEqual(fieldsOf(annotated, 'b'), {
    'f:metadata': { 'f:annotations': { '.': {}, 'f:x': {} } },
    'f:spec': { 'f:replicas': {} },
  });
  assert.equal(Object.hasOwn(fieldsOf(annotated, 'a') as object, 'f:metadata'), false);
  assert.deepEqual(
    annotated.metadata.managedFields?.map(({ manager, time }) => [manager, time]),
    [
      ['a', '2026-01-01T00:00:00Z'],
      ['b', '2026-01-03T00:00:00Z'],
    ],
  );
});

test('what changes nothing keeps the entries as they are', () => {
  const created = conformed(replicaSets, nginx);
  trackCreate(created, { scope: replicaSets, manager: 'a' });
  const current = stored(created);
  const same = conformed(
    replicaSets,
    structuredClone({ ...current, metadata: { ...current.metadata, managedFields: undefined } }),
  );
  trackUpdate(current, same, { scope: replicaSets, manager: 'b' });
  assert.equal(same.metadata.managedFields, current.metadata.managedFields);
});

test('one empty entry forgets everything, and stays so', () => {
  const created = conformed(replicaSets, nginx);
  trackCreate(created, { scope: replicaSets, manager: 'a' });
  const current = stored(created);
  const reset = conformed(replicaSets, {
    ...current,
    metadata: { ...current.metadata, managedFields: [{}] },
  });
  trackUpdate(current, reset, { scope: replicaSets, manager: 'b' });
  assert.equal(reset.metadata.managedFields, undefined);
  const later = conformed(replicaSets, { ...stored(reset), spec: { ...nginx.spec, replicas: 9 } });
  trackUpdate(stored(reset), later, { scope: replicaSets, manager: 'c' });
  assert.equal(later.metadata.managedFields, undefined);
});

test('an empty list forgets everything, too', () => {
  const created = conformed(replicaSets, nginx);
  trackCreate(created, { scope: replicaSets, manager: 'a' });
  const current = stored(created);
  const reset = conformed(replicaSets, { ...current, metadata: { ...current.metadata, managedFields: [] } });
  trackUpdate(current, reset, { scope: replicaSets, manager: 'b' });
  assert.equal(Object.hasOwn(reset.metadata, 'managedFields'), false);
});

test('entries that were sent count once a manager, in versions that there are, where they are all valid', () => {
  const created = conformed(replicaSets, nginx);
  trackCreate(created, { scope: replicaSets, manager: 'a' });
  const current = stored(created);
  const entry = (manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
    manager,
    operation: 'Update',
    apiVersion: 'apps/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    ...more,
  });
  const sent = (...managedFields: ManagedFieldsEntry[]) => {
    const next = conformed(replicaSets, { ...current, metadata: { ...current.metadata, managedFields } });
    trackUpdate(current, next, { scope: replicaSets, manager: 'b' });
    return next.metadata.managedFields?.map(({ manager, time }) => `${manager} ${time ?? '-'}`);
  };
  const time = '2026-01-01T00:00:00Z';
  assert.deepEqual(sent(entry('y'), entry('y', { time })), [`y ${time}`]);
  assert.deepEqual(
    sent(entry('z', { apiVersion: 'apps/v1beta1' }), entry('z', { apiVersion: 'v1' }), entry('y')),
    ['y -'],
  );
  assert.deepEqual(sent(entry('y'), entry('empty', { fieldsV1: {} })), ['y -']);
  const before = current.metadata.managedFields?.map(({ manager, time: at }) => `${manager} ${at}`);
  for (const bad of [
    { apiVersion: '' },
    { operation: 'Patch' },
    { fieldsType: 'FieldsV2' },
    { fieldsV1: { spec: {} } },
    { fieldsV1: { 'f:spec': { 'k:x': {} } } },
  ]) {
    assert.deepEqual(
      sent(entry('y'), entry('x', bad as Partial<ManagedFieldsEntry>)),
      before,
      JSON.stringify(bad),
    );
  }
});

test('more than ten updaters merge into ancient changes', () => {
  let current = conformed(pods, { metadata: { name: 'p' }, spec: { containers: [] } });
  trackCreate(current, { scope: pods, manager: 'm00' });
  for (let i = 0; i < 12; i++) {
    now += 1000;
    const before = stored(current);
    current = conformed(pods, {
      ...before,
      metadata: { ...before.metadata, annotations: { ...before.metadata.annotations, [`k${i}`]: '1' } },
    });
    trackUpdate(before, current, { scope: pods, manager: `m${String(i).padStart(2, '0')}` });
  }
  const managers = current.metadata.managedFields?.map(({ manager }) => manager) ?? [];
  assert.equal(managers.length, 10);
  assert.equal(managers[0], 'ancient-changes');
});

test('an object with an item that has no key is not tracked, and what was tracked is forgotten', () => {
  const accounts = scopeOf('', 'serviceaccounts');
  const tracking = { scope: accounts, manager: 'kubectl' };
  const keyless = conformed(accounts, { metadata: { name: 'a' }, secrets: [{}] });
  trackCreate(keyless, tracking);
  assert.equal(keyless.metadata.managedFields, undefined);
  const keyed = conformed(accounts, { metadata: { name: 'a' }, secrets: [{ name: 'b' }] });
  trackCreate(keyed, tracking);
  assert.deepEqual(fieldsOf(keyed, 'kubectl'), { 'f:secrets': { '.': {}, 'k:{"name":"b"}': {} } });
  const next = conformed(accounts, { metadata: { name: 'a' }, secrets: [{ name: 'b' }, {}] });
  trackUpdate(stored(keyed), next, tracking);
  assert.equal(next.metadata.managedFields, undefined);
});

test('an object whose template has owners of no map of fields is not tracked', () => {
  const jobs = scopeOf('batch', 'cronjobs');
  const owned = (fieldsV1: unknown) =>
    conformed(jobs, {
      metadata: { name: 'a', managedFields: [{ fieldsV1: 1 }] },
      spec: { schedule: '* * * * *', jobTemplate: { metadata: { managedFields: [{ fieldsV1 }] }, spec: {} } },
    });
  for (const fieldsV1 of [0, 'a', []]) {
    const object = owned(fieldsV1);
    trackCreate(object, { scope: jobs, manager: 'kubectl' });
    assert.equal(object.metadata.managedFields, undefined, JSON.stringify(fieldsV1));
  }
  const object = owned({ 'f:spec': {} });
  trackCreate(object, { scope: jobs, manager: 'kubectl' });
  assert.equal(object.metadata.managedFields?.length, 1);
});
