import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionPlugin } from '../plugin.ts';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { nodeDeclaredFeatureValidator } from './node-declared-feature-validator.ts';
import { podResizeValidator } from './pod-resize-validator.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';

function node(name: string, labels: object, status: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status } as KubeObject;
}

const zone = { 'topology.kubernetes.io/zone': 'z' };
const allocatable = { cpu: '2', memory: '1Gi' };
const dependencies = pluginDependencies({
  nodes: [
    node('linux', { ...zone, a: 'b' }, { allocatable }),
    node('windows', { 'kubernetes.io/os': 'windows' }),
    node('able', {}, { declaredFeatures: ['InPlacePodLevelResourcesVerticalScaling'] }),
  ],
});

test('a Pod gets the zone of its node when it is bound, or created there', async () => {
  const { admit } = podTopologyLabels(dependencies);
  const labelsOf = async (given: Parameters<typeof admissionAttributes>[0]) => {
    await admit?.(admissionAttributes(given));
    return (given.object as KubeObject).metadata.labels;
  };
  const pod = (nodeName: string | undefined, labels?: object) => ({
    object: { metadata: { labels }, spec: { nodeName } },
  });
  assert.deepEqual(await labelsOf(pod('linux', { c: 'd', ...zone })), { c: 'd', ...zone });
  assert.deepEqual(await labelsOf(pod('linux', { 'topology.kubernetes.io/zone': 'own' })), zone);
  for (const nodeName of ['windows', 'gone', undefined])
    assert.equal(await labelsOf(pod(nodeName)), undefined);
  const binding = (kind: string) => ({
    subresource: 'binding',
    object: { metadata: {}, target: { kind, name: 'linux' } },
  });
  assert.deepEqual(await labelsOf(binding('Node')), zone);
  assert.equal(await labelsOf(binding('')), undefined);
});

const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });

interface Sizes {
  requests?: object;
  initial?: object;
  ofPod?: object;
  generation?: number;
}

async function resize(plugin: AdmissionPlugin, nodeName: string, sizes: Sizes): Promise<void> {
  const { requests = {}, initial, ofPod, generation = 2 } = sizes;
  const spec = {
    nodeName,
    initContainers: [{ name: 'i', resources: {} }],
    containers: [{ name: 'c', resources: {} }],
  };
  await plugin.validate?.(
    admissionAttributes({
      operation: 'UPDATE',
      subresource: 'resize',
      oldObject: { metadata: { generation: 1 }, spec },
      object: {
        metadata: { generation },
        spec: {
          ...spec,
          initContainers: [{ name: 'i', resources: initial === undefined ? {} : { requests: initial } }],
          containers: [{ name: 'c', resources: { requests } }],
          ...(ofPod === undefined ? {} : { resources: { requests: ofPod } }),
        },
      },
    }),
  );
}

test('a resize must fit on the node, which must run Linux', async () => {
  const plugin = podResizeValidator(dependencies);
  await resize(plugin, 'linux', { requests: { cpu: '2' } });
  await resize(plugin, 'linux', { requests: { cpu: '3' }, generation: 1 });
  await resize(plugin, '', { requests: { cpu: '3' } });
  await assert.rejects(
    resize(plugin, 'linux', { requests: { cpu: '2001m', memory: '2Gi' } }),
    refused(
      "node didn't have enough allocatable resources: cpu, requested: 2001, allocatable: 2000; " +
        'memory, requested: 2147483648, allocatable: 1073741824',
    ),
  );
  await assert.rejects(
    resize(plugin, 'windows', {}),
    refused('pod resize is only supported on linux nodes, node "windows" is "windows"'),
  );
  await assert.rejects(resize(plugin, 'gone', {}), refused('node "gone" not found'));
  await assert.rejects(resize(plugin, 'able', { requests: { cpu: '1' } }), (error: unknown) => {
    const { status } = error as { status: { details?: { causes?: unknown } } };
    assert.deepEqual(status.details?.causes, [{ reason: 'NodeCapacity' }]);
    return true;
  });
});

test('an update must not need what the node does not declare', async () => {
  const plugin = nodeDeclaredFeatureValidator(dependencies);
  await resize(plugin, 'linux', { requests: { cpu: '1' } });
  await resize(plugin, 'able', { ofPod: { cpu: '1' } });
  await resize(plugin, 'linux', { ofPod: { cpu: '1' }, generation: 1 });
  await assert.rejects(
    resize(plugin, 'linux', { ofPod: { cpu: '1' }, initial: { cpu: '1' } }),
    refused(
      'pod update requires features InPlacePodLevelResourcesVerticalScaling, ' +
        'InPlacePodVerticalScalingInitContainers which are not available on node "linux"',
    ),
  );
  await assert.rejects(
    resize(plugin, 'able', { initial: { cpu: '1' } }),
    refused(
      'pod update requires features InPlacePodVerticalScalingInitContainers which are not available on node "able"',
    ),
  );
  await assert.rejects(resize(plugin, 'gone', { initial: { cpu: '1' } }), refused('node "gone" not found'));
});
