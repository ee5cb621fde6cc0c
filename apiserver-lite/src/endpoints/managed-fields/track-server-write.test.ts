import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { reconcilePolicy } from '../../bootstrap/rbac-policy/reconcile.ts';
import { accepted } from '../../registry/testing/accepted.ts';
import { registryPolicyStore } from '../../bootstrap/rbac-policy/registry-policy-store.ts';
import { ensureBootstrapObjects } from '../../bootstrap/bootstrap-objects.ts';
import { KubernetesEndpoints } from '../../bootstrap/kubernetes-endpoints.ts';
import { parseServiceRanges } from '../../registry/core/service/allocation/ip-range.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import { MemoryStorage } from '../../registry/testing/memory-storage.ts';
import { create, testNowMs, testRegistry, type TestRegistry } from '../../registry/testing/test-registry.ts';
import { trackServerWrites } from './track-server-write.ts';

async function start(): Promise<TestRegistry> {
  const resources = new ResourceTable();
  return testRegistry({ resources, trackServerWrite: trackServerWrites(resources, () => testNowMs) });
}

function ensure({ registry }: TestRegistry, securePort = 6443): Promise<void> {
  return ensureBootstrapObjects({
    registry,
    clock: () => testNowMs,
    serviceRanges: parseServiceRanges('10.96.0.0/12'),
    securePort,
  });
}

function get(api: TestRegistry, group: string, resource: string, key: string): KubeObject {
  const found = api.storage(group, resource).objects.get(key);
  assert.ok(found, `${resource} ${key} does not exist`);
  return found.object;
}

const owners = ({ metadata }: KubeObject) =>
  (metadata.managedFields ?? []).map(
    ({ manager, operation, apiVersion, subresource, time, fieldsV1 }) =>
      `${manager} ${operation} ${apiVersion} ${subresource ?? ''} ${time === undefined ? 'without' : 'with'} a time ${JSON.stringify(fieldsV1)}`,
  );

const flow = 'flowcontrol.apiserver.k8s.io';
const condition = (type: string, ...names: string[]) =>
  `{"f:status":{"f:conditions":{"k:{\\"type\\":\\"${type}\\"}":{".":{},${names.map((name) => `"f:${name}":{}`).join(',')}}}}}`;

/** What a fresh kube-apiserver 1.36.3 shows of its own objects. */
const expected: readonly [group: string, resource: string, key: string, ...entries: string[]][] = [
  [
    '',
    'namespaces',
    'kube-system',
    'kube-apiserver Update v1  with a time {"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/metadata.name":{}}}}',
  ],
  [
    '',
    'services',
    'default/kubernetes',
    'kube-apiserver Update v1  with a time {"f:metadata":{"f:labels":{".":{},"f:component":{},"f:provider":{}}},"f:spec":{"f:clusterIP":{},"f:internalTrafficPolicy":{},"f:ipFamilyPolicy":{},"f:ports":{".":{},"k:{\\"port\\":443,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:sessionAffinity":{},"f:type":{}}}',
  ],
  [
    'apiregistration.k8s.io',
    'apiservices',
    'v1.apps',
    'kube-apiserver Update apiregistration.k8s.io/v1  with a time {"f:metadata":{"f:labels":{".":{},"f:kube-aggregator.kubernetes.io/automanaged":{}}},"f:spec":{"f:group":{},"f:groupPriorityMinimum":{},"f:version":{},"f:versionPriority":{}}}',
  ],
  [
    'scheduling.k8s.io',
    'priorityclasses',
    'system-node-critical',
    'kube-apiserver Update scheduling.k8s.io/v1  with a time {"f:description":{},"f:preemptionPolicy":{},"f:value":{}}',
  ],
  [
    flow,
    'prioritylevelconfigurations',
    'catch-all',
    `api-priority-and-fairness-config-producer-v1 Update ${flow}/v1  with a time {"f:metadata":{"f:annotations":{".":{},"f:apf.kubernetes.io/autoupdate-spec":{}}},"f:spec":{"f:limited":{".":{},"f:lendablePercent":{},"f:limitResponse":{".":{},"f:type":{}},"f:nominalConcurrencyShares":{}},"f:type":{}}}`,
  ],
  [
    flow,
    'flowschemas',
    'catch-all',
    `api-priority-and-fairness-config-consumer-v1 Apply ${flow}/v1 status with a time ${condition('Dangling', 'lastTransitionTime', 'message', 'reason', 'status', 'type')}`,
    `api-priority-and-fairness-config-producer-v1 Update ${flow}/v1  with a time {"f:metadata":{"f:annotations":{".":{},"f:apf.kubernetes.io/autoupdate-spec":{}}},"f:spec":{"f:distinguisherMethod":{".":{},"f:type":{}},"f:matchingPrecedence":{},"f:priorityLevelConfiguration":{"f:name":{}},"f:rules":{}}}`,
  ],
  [
    'networking.k8s.io',
    'ipaddresses',
    '10.96.0.1',
    'kube-apiserver Update networking.k8s.io/v1  with a time {"f:metadata":{"f:labels":{".":{},"f:ipaddress.kubernetes.io/ip-family":{},"f:ipaddress.kubernetes.io/managed-by":{}}},"f:spec":{"f:parentRef":{".":{},"f:name":{},"f:namespace":{},"f:resource":{}}}}',
  ],
  [
    '',
    'endpoints',
    'default/kubernetes',
    'kube-apiserver Update v1  with a time {"f:metadata":{"f:labels":{".":{},"f:endpointslice.kubernetes.io/skip-mirror":{}}},"f:subsets":{}}',
  ],
  [
    'discovery.k8s.io',
    'endpointslices',
    'default/kubernetes',
    'kube-apiserver Update discovery.k8s.io/v1  with a time {"f:addressType":{},"f:endpoints":{},"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/service-name":{}}},"f:ports":{}}',
  ],
  [
    'rbac.authorization.k8s.io',
    'clusterrolebindings',
    'cluster-admin',
    'kube-apiserver Update rbac.authorization.k8s.io/v1  with a time {"f:metadata":{"f:annotations":{".":{},"f:rbac.authorization.kubernetes.io/autoupdate":{}},"f:labels":{".":{},"f:kubernetes.io/bootstrapping":{}}},"f:roleRef":{},"f:subjects":{}}',
  ],
  [
    'rbac.authorization.k8s.io',
    'roles',
    'kube-public/system:controller:bootstrap-signer',
    'kube-apiserver Update rbac.authorization.k8s.io/v1  with a time {"f:metadata":{"f:annotations":{".":{},"f:rbac.authorization.kubernetes.io/autoupdate":{}},"f:labels":{".":{},"f:kubernetes.io/bootstrapping":{}}},"f:rules":{}}',
  ],
];

test('what the server makes at its start belongs to its parts, and a second start changes nothing', async () => {
  const api = await start();
  const leases = new MemoryStorage({ group: '', resource: 'masterleases' });
  const endpoints = new KubernetesEndpoints({
    registry: api.registry,
    storageFactory: () => leases,
    address: '192.0.2.1',
    securePort: 6443,
    clock: () => testNowMs,
    log: { warn() {} } as never,
  });
  const begin = async () => {
    await ensure(api);
    await endpoints.reconcile();
    await reconcilePolicy(registryPolicyStore(api.registry, () => testNowMs));
  };
  await begin();
  for (const [group, resource, key, ...entries] of expected) {
    assert.deepEqual(owners(get(api, group, resource, key)), entries, `${resource} ${key}`);
  }
  const [ready] = owners(get(api, 'networking.k8s.io', 'servicecidrs', 'kubernetes'));
  assert.equal(
    ready,
    `kubernetes-service-cidr-controller Apply networking.k8s.io/v1 status with a time ${condition('Ready', 'lastTransitionTime', 'message', 'status', 'type')}`,
  );
  const before = expected.map(([group, resource, key]) => api.storage(group, resource).objects.get(key));
  await begin();
  assert.deepEqual(
    expected.map(([group, resource, key]) => api.storage(group, resource).objects.get(key)),
    before,
  );
});

test('the address of a Service is an object of the server', async () => {
  const api = await start();
  await create(api, '/v1/services', {
    metadata: { name: 'web' },
    spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }] },
  });
  const [entry] = get(api, 'networking.k8s.io', 'ipaddresses', '10.96.0.9').metadata.managedFields ?? [];
  assert.deepEqual([entry?.manager, entry?.operation], ['kube-apiserver', 'Update']);
});

test('what an eviction takes from a budget belongs to the server', async () => {
  const api = await start();
  const labels = { app: 'web' };
  await create(api, '/v1/pods', {
    metadata: { name: 'web', labels },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  await create(api, 'policy/v1/poddisruptionbudgets', {
    metadata: {
      name: 'web',
      managedFields: [
        {
          manager: 'ann',
          operation: 'Update',
          apiVersion: 'policy/v1',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:minAvailable': {} } },
        },
      ],
    },
    spec: { minAvailable: 0, selector: { matchLabels: labels } },
  });
  const change = (place: string, name: string, status: object) =>
    api.rest(place).update!(api.context(), name, (current) => ({ ...current!, status }), accepted);
  await change('/v1/pods/status', 'web', {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  await change('policy/v1/poddisruptionbudgets/status', 'web', {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 1,
    desiredHealthy: 0,
    expectedPods: 1,
  });
  await api.rest('/v1/pods/eviction').createNamed!(
    api.context(),
    'web',
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } },
    accepted,
  );
  const budget = get(api, 'policy', 'poddisruptionbudgets', 'default/web');
  assert.deepEqual(
    owners(budget).find((entry) => entry.startsWith('kube-apiserver')),
    'kube-apiserver Update policy/v1 status with a time {"f:status":{"f:conditions":{".":{},"k:{\\"type\\":\\"DisruptionAllowed\\"}":{".":{},"f:lastTransitionTime":{},"f:message":{},"f:observedGeneration":{},"f:reason":{},"f:status":{},"f:type":{}}},"f:disruptedPods":{".":{},"f:web":{}},"f:disruptionsAllowed":{}}}',
  );
});
