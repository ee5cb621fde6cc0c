import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resources } from '@pg8s/k8s-proto/scheme';
import { create, podSpec, testRegistry, workloadSpec } from '../test-registry.ts';
import { kindModules } from '../../kind-modules.ts';

const sets = 'apps/v1/statefulsets';
const set = { metadata: { name: 'a' }, spec: workloadSpec({ serviceName: 'a' }) };

test('an object that nothing acts on is stored with a warning', async () => {
  const api = await testRegistry({ actors: ['deployment-controller', 'replicaset-controller'] });
  await create(api, sets, set);
  assert.deepEqual(api.warnings.splice(0), ['pg8s runs without statefulset-controller: no Pods are created']);
  await create(api, 'apps/v1/deployments', { metadata: { name: 'a' }, spec: workloadSpec() });
  await create(api, '/v1/pods', { metadata: { name: 'a' }, spec: podSpec() });
  assert.deepEqual(api.warnings.splice(0), []);
  await create(api, 'apps/v1/statefulsets', { ...set, metadata: { name: 'b' } }, { dryRun: true });
  assert.equal(api.warnings.splice(0).length, 1);
});

test('the warning goes when the part arrives', async () => {
  const api = await testRegistry({ actors: ['statefulset-controller'] });
  await create(api, sets, set);
  assert.deepEqual(api.warnings, []);
});

test('a server that does not know what runs warns of nothing', async () => {
  const api = await testRegistry();
  await create(api, sets, set);
  await create(api, '/v1/services', {
    metadata: { name: 'a' },
    spec: { selector: { a: 'b' }, ports: [{ port: 80 }] },
  });
  assert.deepEqual(api.warnings, []);
});

test('of Services only those that wait for somebody', async () => {
  const api = await testRegistry({ actors: [] });
  const service = (name: string, spec: object) => create(api, '/v1/services', { metadata: { name }, spec });
  await service('plain', { ports: [{ port: 80 }] });
  assert.deepEqual(api.warnings.splice(0), []);
  await service('selecting', { ports: [{ port: 80 }], selector: { a: 'b' } });
  assert.deepEqual(api.warnings.splice(0), [
    'pg8s runs without endpointslice-controller: the Service gets no endpoints',
  ]);
  await service('balanced', { ports: [{ port: 80 }], type: 'LoadBalancer' });
  assert.deepEqual(api.warnings.splice(0), [
    'pg8s runs without service-lb-controller: no load balancer is made',
  ]);
});

test('of Secrets only those that a token is put into', async () => {
  const api = await testRegistry({ actors: [] });
  const secret = (name: string, fields: object) =>
    create(api, '/v1/secrets', {
      metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'default' } },
      ...fields,
    });
  const type = 'kubernetes.io/service-account-token';
  await secret('plain', {});
  await secret('own', { type, data: { token: 'eA==' } });
  assert.deepEqual(api.warnings.splice(0), []);
  await secret('waiting', { type });
  assert.deepEqual(api.warnings.splice(0), [
    'pg8s runs without serviceaccount-token-controller: the Secret gets no token',
  ]);
});

test('of Pods only those that wait for claims of their own', async () => {
  const api = await testRegistry({ actors: [] });
  const template = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
  await create(api, '/v1/pods', {
    metadata: { name: 'a' },
    spec: podSpec({ volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: template } }] }),
  });
  assert.deepEqual(api.warnings.splice(0), [
    'pg8s runs without ephemeral-volume-controller: no claims are created for its volumes, and it stays Pending',
  ]);
});

test('volumes and ranges of Services wait for controllers, too', async () => {
  const api = await testRegistry({ actors: [] });
  await create(api, '/v1/persistentvolumes', {
    metadata: { name: 'a' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
  });
  await create(api, 'networking.k8s.io/v1/servicecidrs', {
    metadata: { name: 'a' },
    spec: { cidrs: ['10.9.0.0/24'] },
  });
  assert.deepEqual(api.warnings, [
    'pg8s runs without persistentvolume-binder-controller: the volume stays Pending',
    'pg8s runs without service-cidr-controller: the range gets no conditions',
  ]);
});

test('admission plugins that are there count as running', async () => {
  const api = await testRegistry({ actors: ['DefaultTolerationSeconds'] });
  await create(api, '/v1/resourcequotas', { metadata: { name: 'a' }, spec: { hard: { pods: '1' } } });
  assert.deepEqual(api.warnings, [
    'pg8s runs without ResourceQuota: the quota is not enforced',
    'pg8s runs without resourcequota-controller: the quota gets no status, and is not enforced',
  ]);
});

const withActors = [...kindModules().values()].filter(({ actors }) => actors !== undefined);

test('only kinds that are stored have actors', () => {
  const stored = new Set(resources().map(({ storedAs }) => `${storedAs.group}/${storedAs.kind}`));
  assert.ok(withActors.length > 20);
  assert.deepEqual(
    withActors.filter(({ key }) => !stored.has(key)).map(({ key }) => key),
    [],
  );
});

test('warnings are short', () => {
  for (const { name, effect } of withActors.flatMap(({ actors }) => actors ?? [])) {
    assert.ok(`pg8s runs without ${name}: ${effect}`.length <= 120, name);
  }
});
