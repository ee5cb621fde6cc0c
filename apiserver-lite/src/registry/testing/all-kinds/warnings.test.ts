import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { create, podSpec, testRegistry, workloadSpec } from '../test-registry.ts';
import { accepted } from '../accepted.ts';
import { warningCases } from './warning-cases.ts';

const metadata = { name: 'x' };

for (const { name, place, fields, warnings } of warningCases) {
  test(`${place} warns of ${name}`, async () => {
    const api = await testRegistry();
    await create(api, place, fields as Partial<KubeObject>);
    assert.deepEqual(api.warnings, warnings);
  });
}

test('an update warns again when it is another generation', async () => {
  const api = await testRegistry();
  const place = 'apps/v1/deployments';
  const selector = { 'beta.kubernetes.io/os': 'linux' };
  const warning =
    'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead';
  const template = { metadata: { labels: { app: 'web' } }, spec: podSpec({ nodeSelector: selector }) };
  await create(api, place, { metadata, spec: workloadSpec({ template }) });
  assert.deepEqual(api.warnings.splice(0), [warning]);
  const change = (edit: (spec: Record<string, unknown>) => void) =>
    api.rest(place).update?.(
      api.context(),
      'x',
      (old) => {
        const next = structuredClone(old) as KubeObject;
        edit(next['spec'] as Record<string, unknown>);
        return next;
      },
      accepted,
    );
  await change((spec) => Object.assign(spec, { replicas: 3 }));
  assert.deepEqual(api.warnings.splice(0), [warning], 'of kube-apiserver, too');
  await change((spec) => Object.assign(spec, { replicas: 3 }));
  assert.deepEqual(api.warnings.splice(0), []);
  await change((spec) =>
    Object.assign(spec['template'] as object, {
      spec: { ...(spec['template'] as { spec: object }).spec, nodeName: 'a' },
    }),
  );
  assert.deepEqual(api.warnings, [warning]);
});
