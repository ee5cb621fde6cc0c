import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Logger } from 'pino';
import { MemoryStorage } from '../registry/testing/memory-storage.ts';
import { update } from '../registry/testing/update.ts';
import { create, testNowMs, testRegistry, type TestRegistry } from '../registry/testing/test-registry.ts';
import { parseServiceRanges } from '../registry/core/service/allocation/ip-range.ts';
import { ensureBootstrapObjects, systemNamespaces } from './bootstrap-objects.ts';
import { testAuthority } from '../server/testing/certificates.ts';
import { KubernetesEndpoints } from './kubernetes-endpoints.ts';

const log = { warn() {} } as unknown as Logger;
const authority = await testAuthority();

function ensure(api: TestRegistry, securePort = 6443, serviceRange = '10.96.0.0/12') {
  return ensureBootstrapObjects({
    registry: api.registry,
    clock: () => testNowMs,
    serviceRanges: parseServiceRanges(serviceRange),
    securePort,
    trust: { clientCa: authority.cert },
  });
}

function get(api: TestRegistry, group: string, resource: string, key: string): KubeObject {
  const found = api.storage(group, resource).objects.get(key);
  assert.ok(found, `${resource} ${key} does not exist`);
  return found.object;
}

test('every cluster begins with its namespaces, its service and its API services', async () => {
  const api = await testRegistry();
  await ensure(api);
  for (const name of systemNamespaces) {
    assert.equal(get(api, '', 'namespaces', name).metadata.labels?.['kubernetes.io/metadata.name'], name);
  }
  const service = get(api, '', 'services', 'default/kubernetes')['spec'] as Record<string, unknown>;
  assert.equal(service['clusterIP'], '10.96.0.1');
  assert.deepEqual(service['ports'], [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }]);
  const apps = get(api, 'apiregistration.k8s.io', 'apiservices', 'v1.apps');
  assert.deepEqual(apps['spec'], {
    group: 'apps',
    version: 'v1',
    groupPriorityMinimum: 17800,
    versionPriority: 15,
  });
  assert.deepEqual(
    (apps['status'] as { conditions: { reason: string }[] }).conditions.map(({ reason }) => reason),
    ['Local'],
  );
  assert.ok(get(api, 'apiregistration.k8s.io', 'apiservices', 'v1.'), 'the core group');
  const trust = get(api, '', 'configmaps', 'kube-system/extension-apiserver-authentication');
  assert.deepEqual(trust['data'], { 'client-ca-file': `${authority.cert.trim()}\n` });
  assert.ok(get(api, 'scheduling.k8s.io', 'priorityclasses', 'system-node-critical'));
});

test('since when legacy tokens are tracked is written once, and again where it is no date', async () => {
  const api = await testRegistry();
  const key = 'kube-system/kube-apiserver-legacy-service-account-token-tracking';
  await ensure(api);
  const today = new Date(testNowMs).toISOString().slice(0, 10);
  assert.deepEqual(get(api, '', 'configmaps', key)['data'], { since: today });
  const storage = api.storage('', 'configmaps');
  const rewrite = (data: Record<string, string>) =>
    storage.guaranteedUpdate(
      { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' },
      (current) => ({ ...(current as { object: KubeObject }).object, data }),
    );
  for (const [since, kept] of [
    ['2020-02-29', true],
    ['2021-02-29', false],
    ['yesterday', false],
  ] as const) {
    await rewrite({ since, more: 'x' });
    await ensure(api);
    assert.deepEqual(get(api, '', 'configmaps', key)['data'], { since: kept ? since : today, more: 'x' });
  }
});

test('a second start changes nothing but what is different', async () => {
  const api = await testRegistry();
  await ensure(api);
  const before = [...api.storage('', 'services').objects.values()];
  const namespaces = [...api.storage('', 'namespaces').objects.values()];
  await ensure(api);
  assert.deepEqual([...api.storage('', 'services').objects.values()], before);
  assert.deepEqual([...api.storage('', 'namespaces').objects.values()], namespaces);
  await ensure(api, 7443);
  const { ports } = get(api, '', 'services', 'default/kubernetes')['spec'] as {
    ports: { targetPort: number }[];
  };
  assert.equal(ports[0]?.targetPort, 7443);
});

test('the service leads to the apiservers that live', async () => {
  const api = await testRegistry();
  await ensure(api);
  const leases = new MemoryStorage({ group: '', resource: 'masterleases' });
  const endpoints = (address: string) =>
    new KubernetesEndpoints({
      registry: api.registry,
      storageFactory: () => leases,
      address,
      securePort: 6443,
      clock: () => testNowMs,
      log,
    });
  const [one, two] = [endpoints('192.0.2.1'), endpoints('192.0.2.2')];
  await one.reconcile();
  await two.reconcile();
  const addresses = () => {
    const subsets = get(api, '', 'endpoints', 'default/kubernetes')['subsets'] as {
      addresses: { ip: string }[];
    }[];
    const slice = get(api, 'discovery.k8s.io', 'endpointslices', 'default/kubernetes')['endpoints'] as {
      addresses: string[];
    }[];
    assert.deepEqual(
      slice.flatMap((endpoint) => endpoint.addresses),
      subsets[0]?.addresses.map(({ ip }) => ip),
    );
    return subsets[0]?.addresses.map(({ ip }) => ip);
  };
  assert.deepEqual(addresses(), ['192.0.2.1', '192.0.2.2']);
  assert.equal(leases.ttlSeconds.get('192.0.2.1'), 15);
  await one.stop();
  assert.deepEqual(addresses(), ['192.0.2.2']);
});

test('a start brings the books of addresses and ports back in line with the Services', async () => {
  const api = await testRegistry();
  await create(api, '/v1/services', {
    metadata: { name: 'web' },
    spec: { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30080 }] },
  });
  const addresses = api.storage('networking.k8s.io', 'ipaddresses');
  const lost = addresses.objects.get('10.96.0.9');
  assert.ok(lost);
  // A crash left one address without its service, and lost another's entry.
  await addresses.create(
    { namespace: '', name: '10.96.0.77' },
    { ...lost.object, metadata: { ...lost.object.metadata, name: '10.96.0.77' } },
  );
  addresses.objects.delete('10.96.0.9');
  await api.registry.repairAllocations();
  assert.deepEqual([...addresses.objects.keys()].sort(), ['10.96.0.77', '10.96.0.9'], 'young ones stay');
  api.now.ms += 61_000;
  await api.registry.repairAllocations();
  assert.deepEqual([...addresses.objects.keys()], ['10.96.0.9']);
});

test('a server with a second range tells the cluster of it', async () => {
  const api = await testRegistry();
  await ensure(api);
  const cidr = () => get(api, 'networking.k8s.io', 'servicecidrs', 'kubernetes');
  assert.deepEqual(cidr()['spec'], { cidrs: ['10.96.0.0/12'] });
  assert.deepEqual(
    (cidr()['status'] as { conditions: { type: string; status: string }[] }).conditions.map(
      ({ type, status }) => `${type}=${status}`,
    ),
    ['Ready=True'],
  );
  await ensure(api, 6443, '10.96.0.0/12,fd00:10:96::/112');
  assert.deepEqual(cidr()['spec'], { cidrs: ['10.96.0.0/12', 'fd00:10:96::/112'] });
  await ensure(api);
  assert.deepEqual(cidr()['spec'], { cidrs: ['10.96.0.0/12', 'fd00:10:96::/112'] }, 'it stays');
});

test('a cluster of IPv6 has its service there', async () => {
  const api = await testRegistry({ options: { serviceClusterIpRange: 'fd00:10:96::/112' } });
  await ensure(api, 6443, 'fd00:10:96::/112');
  const { clusterIPs, ipFamilies } = get(api, '', 'services', 'default/kubernetes')['spec'] as Record<
    string,
    unknown
  >;
  assert.deepEqual([clusterIPs, ipFamilies], [['fd00:10:96::1'], ['IPv6']]);
});

test("the standard flow schemas and levels exist; what is nobody else's follows the server", async () => {
  const api = await testRegistry();
  await ensure(api);
  const group = 'flowcontrol.apiserver.k8s.io';
  assert.equal(api.storage(group, 'prioritylevelconfigurations').objects.size, 8);
  assert.equal(api.storage(group, 'flowschemas').objects.size, 11);
  const nodes = get(api, group, 'flowschemas', 'system-nodes');
  assert.deepEqual(
    (nodes['status'] as { conditions: { status: string; message: string }[] }).conditions.map(
      ({ status, message }) => [status, message],
    ),
    [
      [
        'False',
        'This FlowSchema references the PriorityLevelConfiguration object named "system" and it exists',
      ],
    ],
  );
  const level = (name: string) => get(api, group, 'prioritylevelconfigurations', name);
  const shares = (name: string) =>
    (level(name)['spec'] as { limited: { nominalConcurrencyShares: number } }).limited
      .nominalConcurrencyShares;
  const places = `${group}/v1/prioritylevelconfigurations`;
  const change = (name: string, annotation: string) =>
    update(api, places, name, (object) => {
      object.metadata.annotations = { 'apf.kubernetes.io/autoupdate-spec': annotation };
      (object['spec'] as { limited: { nominalConcurrencyShares: number } }).limited.nominalConcurrencyShares =
        7;
    });
  await change('system', 'false');
  await change('node-high', 'true');
  assert.deepEqual([shares('system'), shares('node-high')], [7, 7]);
  await ensure(api);
  assert.deepEqual([shares('system'), shares('node-high')], [7, 40]);
  const before = [...api.storage(group, 'flowschemas').objects.values()];
  await ensure(api);
  assert.deepEqual([...api.storage(group, 'flowschemas').objects.values()], before);
});
