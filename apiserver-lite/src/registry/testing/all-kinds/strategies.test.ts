import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindModules } from '../../kind-modules.ts';
import type { KindDependencies, KindModule } from '../../kind-module.ts';
import { create, testRegistry } from '../test-registry.ts';
import { update } from '../update.ts';

function traitsOf({ strategy = {} }: KindModule) {
  return typeof strategy === 'function' ? strategy({ clusterIps: {} } as KindDependencies) : strategy;
}

const classes = 'storage.k8s.io/v1/csidrivers';

test('who must name the version that is changed', () => {
  const strict = [...kindModules()]
    .filter(([, module]) => traitsOf(module).allowUnconditionalUpdate === false)
    .map(([id]) => id)
    .sort();
  assert.deepEqual(strict, [
    'admissionregistration.k8s.io/MutatingAdmissionPolicy',
    'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'apiextensions.k8s.io/CustomResourceDefinition',
    'apiregistration.k8s.io/APIService',
    'coordination.k8s.io/Lease',
    'node.k8s.io/RuntimeClass',
    'policy/PodDisruptionBudget',
    'storage.k8s.io/CSIDriver',
    'storage.k8s.io/CSINode',
    'storage.k8s.io/CSIStorageCapacity',
    'storage.k8s.io/VolumeAttachment',
  ]);
});

test('what PUT makes when it is not there', () => {
  const made = [...kindModules()]
    .filter(([, module]) => traitsOf(module).allowCreateOnUpdate === true)
    .map(([id]) => id)
    .sort();
  assert.deepEqual(made, [
    '/Endpoints',
    '/Event',
    '/LimitRange',
    '/Service',
    'coordination.k8s.io/Lease',
    'node.k8s.io/RuntimeClass',
    'rbac.authorization.k8s.io/ClusterRole',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
    'rbac.authorization.k8s.io/Role',
    'rbac.authorization.k8s.io/RoleBinding',
  ]);
});

test('slices of endpoints count generations, drivers from their first change, classes of priority have one, ranges none', async () => {
  const api = await testRegistry();
  await create(api, classes, { metadata: { name: 'a.b' }, spec: { podInfoOnMount: false } });
  const driver = await update(api, classes, 'a.b', (object) => {
    (object['spec'] as { podInfoOnMount: boolean }).podInfoOnMount = true;
  });
  assert.equal(driver.metadata.generation, 1);
  const slices = 'discovery.k8s.io/v1/endpointslices';
  await create(api, slices, { metadata: { name: 'a' }, addressType: 'IPv4', endpoints: [] });
  const slice = await update(api, slices, 'a', (object) => {
    object.metadata.labels = { a: 'b' };
  });
  assert.equal(slice.metadata.generation, 2);
  const priorities = 'scheduling.k8s.io/v1/priorityclasses';
  await create(api, priorities, { metadata: { name: 'a' }, value: 1 });
  const priority = await update(api, priorities, 'a', (object) => {
    object['description'] = 'b';
  });
  assert.equal(priority.metadata.generation, 1);
  const range = await create(api, 'networking.k8s.io/v1/servicecidrs', {
    metadata: { name: 'a' },
    spec: { cidrs: ['10.9.0.0/16'] },
  });
  assert.equal(range.metadata.generation, undefined);
  assert.deepEqual(range['status'], {});
});

test('a claim has its source in both fields, and strange ones in the newer alone', async () => {
  const api = await testRegistry();
  const claim = (name: string, sources: object) =>
    create(api, '/v1/persistentvolumeclaims', {
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...sources },
    });
  const sourcesOf = (object: KubeObject) => {
    const { dataSource, dataSourceRef } = object['spec'] as Record<string, unknown>;
    return { dataSource, dataSourceRef };
  };
  const old = { kind: 'PersistentVolumeClaim', name: 'x' };
  assert.deepEqual(sourcesOf(await claim('a', { dataSource: old })), { dataSource: old, dataSourceRef: old });
  const strange = { apiGroup: 'example.com', kind: 'Thing', name: 'x' };
  assert.deepEqual(sourcesOf(await claim('b', { dataSource: strange })), {
    dataSource: undefined,
    dataSourceRef: undefined,
  });
  assert.deepEqual(sourcesOf(await claim('c', { dataSourceRef: strange })), {
    dataSource: strange,
    dataSourceRef: strange,
  });
  assert.deepEqual(sourcesOf(await claim('d', { dataSourceRef: { ...strange, namespace: 'other' } })), {
    dataSource: undefined,
    dataSourceRef: undefined,
  });
});

test('fields of features that are off do not arrive', async () => {
  const api = await testRegistry();
  const lease = await create(api, 'coordination.k8s.io/v1/leases', {
    metadata: { name: 'a' },
    spec: { holderIdentity: 'x', strategy: 'OldestEmulationVersion', preferredHolder: 'y' },
  });
  assert.deepEqual(lease['spec'], { holderIdentity: 'x' });
  const pod = await create(api, '/v1/pods', {
    metadata: { name: 'a' },
    spec: {
      containers: [{ name: 'a', image: 'a' }],
      schedulingGroup: { podGroupName: 'x' },
    },
  });
  assert.equal((pod['spec'] as { schedulingGroup?: object }).schedulingGroup, undefined);
});

test('of the secrets of a service account the names are kept', async () => {
  const api = await testRegistry();
  const account = await create(api, '/v1/serviceaccounts', {
    metadata: { name: 'a' },
    secrets: [{ name: 'x', namespace: 'elsewhere', uid: '1' }],
  });
  assert.deepEqual(account['secrets'], [{ name: 'x' }]);
});

test('the status of a claim for devices forgets devices that it no longer has', async () => {
  const api = await testRegistry();
  const claims = 'resource.k8s.io/v1/resourceclaims';
  const device = (name: string) => ({ driver: 'a.b', pool: 'p', device: name });
  await create(api, claims, {
    metadata: { name: 'a' },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } },
  });
  const allocation = { devices: { results: [{ request: 'r', ...device('one') }] } };
  await update(api, `${claims}/status`, 'a', (object) => {
    object['status'] = { allocation };
  });
  await update(api, `${claims}/status`, 'a', (object) => {
    object.metadata.labels = { a: 'b' };
    object['status'] = { allocation, devices: [device('one')] };
  });
  const freed = await update(api, `${claims}/status`, 'a', (object) => {
    object['status'] = { devices: [device('one')] };
  });
  assert.deepEqual(freed['status'], {});
  assert.equal(freed.metadata.labels, undefined);
});

test('devices that others use are for namespaces of administrators', async () => {
  const api = await testRegistry();
  const requests = [{ name: 'r', exactly: { deviceClassName: 'c', adminAccess: true } }];
  const claim = (name: string) =>
    create(api, 'resource.k8s.io/v1/resourceclaims', { metadata: { name }, spec: { devices: { requests } } });
  const template = (name: string) =>
    create(api, 'resource.k8s.io/v1/resourceclaimtemplates', {
      metadata: { name },
      spec: { spec: { devices: { requests } } },
    });
  const refused =
    /is invalid: spec\.devices\.requests\[0\]\.adminAccess: Forbidden: admin access to devices requires the `resource\.kubernetes\.io\/admin-access: true` label on the containing namespace$/;
  await assert.rejects(claim('a'), refused);
  await assert.rejects(template('a'), refused);
  await update(api, '/v1/namespaces', 'default', (object) => {
    object.metadata.labels = { ...object.metadata.labels, 'resource.kubernetes.io/admin-access': 'true' };
  });
  await claim('a');
  await template('a');
});
