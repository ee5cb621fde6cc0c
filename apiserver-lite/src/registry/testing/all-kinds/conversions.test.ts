import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { create, testRegistry } from '../test-registry.ts';
import { autoscalerConversion } from '../../autoscaling/horizontal-pod-autoscaler/autoscaler-versions.ts';
import { customResourceDefinitionConversion } from '../../apiextensions/custom-resource-definition/definition-versions.ts';
import { accepted } from '../accepted.ts';

test('an event of either version is stored as core/v1 and read as both', async () => {
  const api = await testRegistry();
  await create(api, 'events.k8s.io/v1/events', {
    metadata: { name: 'e' },
    eventTime: '2026-01-02T03:04:05.000000Z',
    reportingController: 'scheduler',
    reportingInstance: 's-0',
    action: 'Binding',
    reason: 'Scheduled',
    note: 'went well',
    type: 'Normal',
    regarding: { kind: 'Pod', name: 'web', namespace: 'default' },
  });
  const stored = api.storage('', 'events').objects.get('default/e')?.object;
  assert.equal(stored?.apiVersion, 'v1');
  assert.deepEqual(stored?.['involvedObject'], { kind: 'Pod', name: 'web', namespace: 'default' });
  assert.equal(stored?.['message'], 'went well');
  assert.equal(stored?.['reportingComponent'], 'scheduler');
  assert.deepEqual(stored?.['source'], {});
  assert.equal(stored?.['firstTimestamp'], null);
  const rest = api.rest('events.k8s.io/v1/events');
  const read = await rest.get?.(api.context(), 'e', '');
  assert.equal(read?.object.apiVersion, 'events.k8s.io/v1');
  assert.equal(read?.object['note'], 'went well');
  assert.equal(read?.object['message'], undefined);
  assert.equal(await rest.get?.(api.context(), 'e', ''), read, 'one conversion serves every reader');
  const updated = await rest.update?.(
    api.context(),
    'e',
    (current) => ({ ...(current as KubeObject), note: 'went better' }),
    accepted,
  );
  assert.equal(updated?.object.object['note'], 'went better');
});

test('selectors on another version are judged in its words', async () => {
  const api = await testRegistry();
  const rest = api.rest('events.k8s.io/v1/events');
  for (const name of ['a', 'b']) {
    await create(api, '/v1/events', {
      metadata: { name },
      involvedObject: { kind: 'Pod', name, namespace: 'default' },
    });
  }
  const wanted = rest.selectableFields?.['regarding.name'];
  const page = await rest.list?.(api.context(), {
    namespace: 'default',
    predicate: (object) => wanted?.(object) === 'b',
    resourceVersion: '',
    resourceVersionMatch: '',
    limit: 0,
    continueToken: '',
  });
  assert.deepEqual(
    page?.items.map(({ object }) => object.metadata.name),
    ['b'],
  );
});

const v2: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { mine: 'kept' } },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
    minReplicas: 2,
    maxReplicas: 9,
    metrics: [
      {
        type: 'Pods',
        pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '10' } },
      },
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Service', name: 'web' },
          target: { type: 'Value', value: '5' },
          metric: { name: 'hits' },
        },
      },
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
  status: {
    currentReplicas: 3,
    conditions: [{ type: 'AbleToScale', status: 'True' }],
    desiredReplicas: 4,
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 65, averageValue: '100m' } },
      },
    ],
  },
};

test('an autoscaler keeps in annotations what autoscaling/v1 cannot say, and loses nothing on the way back', () => {
  const v1 = autoscalerConversion.fromStored(v2);
  assert.deepEqual(v1['spec'], {
    scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
    minReplicas: 2,
    maxReplicas: 9,
    targetCPUUtilizationPercentage: 70,
  });
  assert.deepEqual(v1['status'], {
    currentReplicas: 3,
    desiredReplicas: 4,
    currentCPUUtilizationPercentage: 65,
  });
  assert.deepEqual(JSON.parse(v1.metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics'] ?? ''), [
    { type: 'Pods', pods: { metricName: 'qps', targetAverageValue: '10' } },
    {
      type: 'Object',
      object: { target: { kind: 'Service', name: 'web' }, metricName: 'hits', targetValue: '5' },
    },
  ]);
  const behavior = 'autoscaling.alpha.kubernetes.io/behavior';
  const spec = v2['spec'] as object;
  assert.equal(
    v1.metadata.annotations?.[behavior],
    '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":null,"Policies":null,"Tolerance":null}}',
  );
  assert.equal(v1.metadata.annotations?.['mine'], 'kept');
  assert.deepEqual(autoscalerConversion.toStored(v1), v2);
  for (const [text, expected] of [
    ['{"scaledown":{"stabilizationWindowSeconds":60}}', spec],
    ['{"scaleDown":"often"}', { ...spec, behavior: undefined }],
    ['{"bogus":1}', { ...spec, behavior: undefined }],
  ] as const) {
    const metadata = { ...v1.metadata, annotations: { ...v1.metadata.annotations, [behavior]: text } };
    const { spec: read } = autoscalerConversion.toStored({ ...v1, metadata }) as { spec?: object };
    assert.deepEqual({ ...read }, JSON.parse(JSON.stringify(expected)), text);
  }
});

test('what all versions of a CustomResourceDefinition share stands once in v1beta1, and is given back to each', () => {
  const schema = { openAPIV3Schema: { type: 'object' } };
  const served: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { plural: 'widgets', kind: 'Widget' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema,
          additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a' }],
        },
        { name: 'v2', served: true, storage: false, schema },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'https://x' }, conversionReviewVersions: ['v1'] },
      },
    },
  };
  const stored = customResourceDefinitionConversion.toStored(served);
  const spec = stored['spec'] as Record<string, unknown>;
  assert.equal(spec['version'], 'v1');
  assert.deepEqual(spec['validation'], schema);
  assert.deepEqual(spec['versions'], [
    {
      name: 'v1',
      served: true,
      storage: true,
      additionalPrinterColumns: [{ name: 'A', type: 'string', JSONPath: '.a' }],
    },
    { name: 'v2', served: true, storage: false },
  ]);
  assert.deepEqual(customResourceDefinitionConversion.fromStored(stored), served);
});
