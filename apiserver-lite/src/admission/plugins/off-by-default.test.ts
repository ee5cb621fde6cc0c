import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notFound } from '../../api-errors/status-error.ts';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { denyServiceExternalIps } from './deny-service-external-ips.ts';
import { eventRateLimit } from './event-rate-limit/event-rate-limit.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { limitPodHardAntiAffinityTopology } from './limit-pod-hard-anti-affinity-topology.ts';
import { namespaceAutoProvision } from './namespace-auto-provision.ts';
import { namespaceExists } from './namespace-exists.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podTolerationRestriction } from './pod-toleration-restriction.ts';

function namespace(name: string, annotations: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } } as KubeObject;
}

const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });

test('NamespaceExists refuses writes into a namespace that is not there', async () => {
  const plugin = namespaceExists(pluginDependencies({ namespaces: [namespace('ns')] }));
  await plugin.validate?.(admissionAttributes({}));
  await plugin.validate?.(admissionAttributes({ namespace: '' }));
  await assert.rejects(
    async () => plugin.validate?.(admissionAttributes({ operation: 'DELETE', namespace: 'gone' })),
    { message: 'namespaces "gone" not found' },
  );
});

test('NamespaceAutoProvision creates the namespace, but not for a dry run', async () => {
  const created: string[] = [];
  const dependencies = pluginDependencies({ namespaces: [namespace('ns')] });
  const plugin = namespaceAutoProvision({
    ...dependencies,
    createNamespace: async (name) => void created.push(name),
  });
  await plugin.admit?.(admissionAttributes({}));
  await plugin.admit?.(admissionAttributes({ namespace: 'new', dryRun: true }));
  await plugin.admit?.(admissionAttributes({ namespace: 'new' }));
  assert.deepEqual(created, ['new']);
  const failing = namespaceAutoProvision({
    ...dependencies,
    createNamespace: async () => {
      throw notFound({ group: '', resource: 'namespaces' }, 'new');
    },
  });
  await assert.rejects(
    async () => failing.admit?.(admissionAttributes({ namespace: 'new' })),
    refused('namespaces "new" not found'),
  );
});

test('DenyServiceExternalIPs lets a Service keep what it has', async () => {
  const { validate } = denyServiceExternalIps();
  const write = async (externalIPs: string[], before?: string[]) =>
    validate?.(
      admissionAttributes({
        operation: before === undefined ? 'CREATE' : 'UPDATE',
        resource: { group: '', version: 'v1', resource: 'services' },
        name: 's',
        object: { metadata: { name: 's' }, spec: { externalIPs } },
        ...(before === undefined ? {} : { oldObject: { metadata: {}, spec: { externalIPs: before } } }),
      }),
    );
  await write([]);
  await write(['192.0.2.1'], ['192.0.2.2', '192.0.2.1']);
  const message = 'services "s" is forbidden: Use of external IPs is denied by admission control';
  await assert.rejects(write(['192.0.2.1']), { message });
  await assert.rejects(write(['192.0.2.1'], ['192.0.2.2']), { message });
});

test('ExtendedResourceToleration tolerates the taints of what is requested', async () => {
  const object = {
    metadata: {},
    spec: {
      tolerations: [{ key: 'example.com/b', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 }],
      initContainers: [{ name: 'i', resources: { requests: { 'example.com/a': '1' } } }],
      containers: [
        { name: 'c', resources: { requests: { cpu: '1', 'kubernetes.io/x': '1', 'example.com/b': '1' } } },
      ],
    },
  };
  await extendedResourceToleration().admit?.(admissionAttributes({ object }));
  assert.deepEqual(
    object.spec.tolerations,
    ['example.com/b', 'example.com/a'].map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
  );
});

test('LimitPodHardAntiAffinityTopology allows the hostname only', async () => {
  const { validate } = limitPodHardAntiAffinityTopology();
  const create = async (topologyKey: string) => {
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] };
    await validate?.(
      admissionAttributes({ object: { metadata: { name: 'p' }, spec: { affinity: { podAntiAffinity } } } }),
    );
  };
  await create('kubernetes.io/hostname');
  await assert.rejects(
    create('zone'),
    refused(
      'affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
    ),
  );
});

test('PodNodeSelector adds the selector of the namespace, and keeps to its list', async () => {
  const annotations = { 'scheduler.alpha.kubernetes.io/node-selector': 'disk=ssd, zone=a' };
  const plugin = podNodeSelector({
    ...pluginDependencies({
      namespaces: [
        namespace('ns', annotations),
        namespace('other'),
        namespace('bad', { 'scheduler.alpha.kubernetes.io/node-selector': 'x' }),
      ],
    }),
    configuration: {
      PodNodeSelector: {
        podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: 'any=yes', ns: 'disk=ssd,zone=a' },
      },
    },
  });
  const selected = async (nodeSelector: Record<string, string> | undefined, of = 'ns') => {
    const object: V1Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [], ...(nodeSelector && { nodeSelector }) },
    };
    await plugin.admit?.(admissionAttributes({ namespace: of, object }));
    return object.spec?.nodeSelector;
  };
  assert.deepEqual(await selected(undefined), { disk: 'ssd', zone: 'a' });
  assert.deepEqual(await selected({ own: 'x' }, 'other'), { any: 'yes', own: 'x' });
  await assert.rejects(
    selected({ disk: 'hdd' }),
    refused('pod node label selector conflicts with its namespace node label selector'),
  );
  await assert.rejects(
    selected({ own: 'x' }),
    refused('pod node label selector labels conflict with its namespace whitelist'),
  );
  await assert.rejects(selected(undefined, 'bad'), { message: 'invalid selector: [x]' });
});

test('PodTolerationRestriction adds defaults, and keeps to the whitelist', async () => {
  const toleration = (key: string) => ({ key, operator: 'Exists' });
  const listed = (...keys: string[]) => JSON.stringify(keys.map(toleration));
  const plugin = podTolerationRestriction({
    ...pluginDependencies({
      namespaces: [
        namespace('ns', {
          'scheduler.alpha.kubernetes.io/defaultTolerations': listed('a'),
          'scheduler.alpha.kubernetes.io/tolerationsWhitelist': listed('a', 'b'),
        }),
        namespace('other'),
      ],
    }),
    configuration: {
      PodTolerationRestriction: { default: [toleration('c')], whitelist: [toleration('c')] },
    },
  });
  const tolerated = async (keys: readonly string[], of = 'ns') => {
    const object = { metadata: { name: 'p' }, spec: { containers: [], tolerations: keys.map(toleration) } };
    await plugin.admit?.(admissionAttributes({ namespace: of, object }));
    return object.spec.tolerations.map(({ key }) => key);
  };
  assert.deepEqual(await tolerated([]), ['a']);
  assert.deepEqual(await tolerated(['b']), ['b', 'a']);
  assert.deepEqual(await tolerated([], 'other'), ['c']);
  const conflict = (scope: string) => ({
    message: `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
  });
  await assert.rejects(tolerated(['d']), conflict('namespace'));
  await assert.rejects(tolerated(['d'], 'other'), conflict('cluster'));
});

test('EventRateLimit counts events of the server, a namespace, a user and an object', async () => {
  let nowMs = 0;
  const limits = [
    { type: 'Server', qps: 1, burst: 3 },
    { type: 'SourceAndObject', qps: 1, burst: 1, cacheSize: 2 },
  ];
  const { validate } = eventRateLimit({
    clock: { now: () => nowMs, after: () => () => undefined },
    configuration: {
      EventRateLimit: {
        apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
        kind: 'Configuration',
        limits,
      },
    },
  });
  const write = async (name: string, dryRun = false) =>
    validate?.(
      admissionAttributes({
        kind: { group: '', version: 'v1', kind: 'Event' },
        dryRun,
        object: { metadata: {}, source: { component: 's' }, involvedObject: { name } },
      }),
    );
  await write('a');
  await write('a', true);
  await assert.rejects(write('a'), {
    message: 'Too many requests: limit reached on type SourceAndObject for key sa',
  });
  await write('b');
  await assert.rejects(write('a'), {
    message:
      'Too many requests: [limit reached on type Server for key , limit reached on type SourceAndObject for key sa]',
  });
  nowMs = 1000;
  await write('a');
  assert.throws(() => eventRateLimit({ clock: { now: () => 0, after: () => () => undefined } }), {
    message: 'limits: Invalid value: null: must not be empty',
  });
});
