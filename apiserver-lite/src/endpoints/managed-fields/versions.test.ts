import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { testRegistry } from '../../registry/testing/test-registry.ts';
import { EndpointServer } from '../testing/endpoint-server.ts';

interface Entry {
  manager: string;
  apiVersion: string;
  fieldsV1: Record<string, Record<string, unknown>>;
}

const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;

async function start(t: TestContext) {
  const { registry } = await testRegistry();
  const server = await EndpointServer.start(registry.resources, { now: () => Date.UTC(2026, 0, 1) });
  t.after(() => server.close());
  const patch = (version: string, query: string, body: object, type: string) =>
    server.send('PATCH', `${path(version)}/web?${query}`, {
      body: { apiVersion: `autoscaling/${version}`, kind: 'HorizontalPodAutoscaler', ...body },
      headers: { 'content-type': type },
    });
  return {
    server,
    apply: (version: string, manager: string, spec: object, query = '') =>
      patch(
        version,
        `fieldManager=${manager}${query}`,
        { metadata: { name: 'web' }, spec },
        'application/apply-patch+yaml',
      ),
    merge: (version: string, manager: string, spec: object) =>
      patch(version, `fieldManager=${manager}`, { spec }, 'application/merge-patch+json'),
    /** The fields of the spec that each manager owns, with the version that they are named in. */
    async owners(version = 'v2'): Promise<Record<string, string>> {
      const { json } = await server.send('GET', `${path(version)}/web`);
      return Object.fromEntries(
        (json.metadata.managedFields as Entry[]).map(({ manager, apiVersion, fieldsV1 }) => [
          manager,
          `${apiVersion}: ${Object.keys(fieldsV1['f:spec'] ?? {})
            .filter((element) => element !== 'f:scaleTargetRef')
            .join(' ')}`,
        ]),
      );
    },
  };
}

const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 };
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

test('an update in another version takes the fields that it changes, whatever they are called there', async (t) => {
  const it = await start(t);
  const made = await it.server.send('POST', `${path('v2')}?fieldManager=a`, {
    body: { metadata: { name: 'web' }, spec: { ...target, minReplicas: 2, metrics: [cpu(50)] } },
  });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(await it.owners(), { a: 'autoscaling/v2: f:maxReplicas f:metrics f:minReplicas' });
  const changed = await it.merge('v1', 'b', { targetCPUUtilizationPercentage: 70 });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(await it.owners(), {
    a: 'autoscaling/v2: f:maxReplicas f:minReplicas',
    b: 'autoscaling/v1: f:targetCPUUtilizationPercentage',
  });
  assert.deepEqual(await it.owners('v1'), await it.owners('v2'), 'entries keep their version');
});

test('an application in another version meets the owners of its fields', async (t) => {
  const it = await start(t);
  const made = await it.apply('v2', 'x', { ...target, minReplicas: 2, metrics: [cpu(50)] });
  assert.equal(made.status, 201, made.text);
  const wanted = { ...target, targetCPUUtilizationPercentage: 60 };
  const refused = await it.apply('v1', 'y', wanted);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.message, 'Apply failed with 1 conflict: conflict with "x": .spec.metrics');
  assert.equal((await it.apply('v1', 'y', wanted, '&force=true')).status, 200);
  assert.deepEqual(await it.owners(), {
    x: 'autoscaling/v2: f:maxReplicas f:minReplicas',
    y: 'autoscaling/v1: f:maxReplicas f:targetCPUUtilizationPercentage',
  });
});

test('who applies in another version takes back what was applied in the first', async (t) => {
  const it = await start(t);
  await it.apply('v2', 'x', { ...target, minReplicas: 2, metrics: [cpu(50)] });
  const again = await it.apply('v1', 'x', { ...target, targetCPUUtilizationPercentage: 60 });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.spec.targetCPUUtilizationPercentage, 60);
  assert.equal(again.json.spec.minReplicas, 1, 'what is not applied any more has its default');
  assert.deepEqual(await it.owners(), {
    x: 'autoscaling/v1: f:maxReplicas f:targetCPUUtilizationPercentage',
  });
});

test('what another owns in another version stays', async (t) => {
  const it = await start(t);
  await it.apply('v2', 'x', { ...target, metrics: [cpu(50)] });
  assert.equal((await it.apply('v1', 'y', { ...target, targetCPUUtilizationPercentage: 50 })).status, 200);
  const less = await it.apply('v2', 'x', target);
  assert.equal(less.status, 200, less.text);
  assert.deepEqual(less.json.spec.metrics, [cpu(50)]);
  assert.deepEqual(await it.owners(), {
    x: 'autoscaling/v2: f:maxReplicas',
    y: 'autoscaling/v1: f:maxReplicas f:targetCPUUtilizationPercentage',
  });
});
