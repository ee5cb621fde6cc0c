import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, podSpec, testRegistry, workloadSpec } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

/* What kube-apiserver 1.36.3 says of workloads that are only scaled: as much as of new ones. */

const old =
  'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead';

const workload = (spec: Record<string, unknown>) => ({
  metadata: { name: 'x' },
  spec: workloadSpec({
    ...spec,
    template: {
      metadata: { labels: { app: 'web' } },
      spec: podSpec({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
    },
  }),
});

for (const [place, spec] of [
  ['apps/v1/deployments', {}],
  ['apps/v1/replicasets', {}],
  ['apps/v1/statefulsets', { serviceName: 'x' }],
] as const) {
  test(`who scales is reported what is wrong with ${place}`, async () => {
    const api = await testRegistry();
    await create(api, place, workload(spec));
    assert.deepEqual(api.warnings, [old]);
    const scale = (replicas: number) =>
      api.rest(`${place}/scale`).update!(
        api.context(),
        'x',
        (current) => ({ ...current!, spec: { replicas } }),
        accepted,
      );
    await scale(5);
    assert.deepEqual(api.warnings, [old, old]);
    await scale(5);
    assert.deepEqual(api.warnings, [old, old], 'nothing changed');
  });
}

test('a DaemonSet speaks of its template when the template changes', async () => {
  const api = await testRegistry();
  await create(api, 'apps/v1/daemonsets', workload({}));
  await api.rest('apps/v1/daemonsets').update!(
    api.context(),
    'x',
    (current) => ({ ...current!, spec: { ...(current!['spec'] as object), minReadySeconds: 5 } }),
    accepted,
  );
  assert.deepEqual(api.warnings, [old]);
});
