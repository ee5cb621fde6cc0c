import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps, namespaces } from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { RootCaPublisher } from './root-ca-publisher.ts';

test('every namespace has the root certificate, gets it back, and as it was', async (t) => {
  const context = createTestContext();
  const { api, informers } = context;
  api.register(namespaces, configMaps);
  const controller = new RootCaPublisher(context, { workers: 1, rootCa: 'PEM' });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const published = () => api.all(configMaps).filter(({ metadata }) => metadata.name === 'kube-root-ca.crt');
  await until('a ConfigMap', () => published().length === 1);
  const [first] = published();
  assert.equal(first?.metadata.namespace, 'team');
  assert.deepEqual(first?.data, { 'ca.crt': 'PEM' });
  assert.match(first?.metadata.annotations?.['kubernetes.io/description'] ?? '', /^Contains a CA bundle /);

  const at = { namespace: 'team', name: 'kube-root-ca.crt' };
  await api.delete(configMaps, at);
  await until(
    'another',
    () => published()[0] !== undefined && published()[0]?.metadata.uid !== first?.metadata.uid,
  );
  const body = { data: { 'ca.crt': 'forged', more: 'x' }, metadata: { annotations: null } };
  await api.patch(configMaps, { ...at, type: 'merge', body });
  await until('mended', () => published()[0]?.data?.['ca.crt'] === 'PEM');
  assert.deepEqual(published()[0]?.data, { 'ca.crt': 'PEM' });
  assert.ok(published()[0]?.metadata.annotations?.['kubernetes.io/description']);
});
