import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import { accepted } from '../../testing/accepted.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { create, sharedStorages, testRegistry, type TestRegistry } from '../../testing/test-registry.ts';

const [four, six, dual, reversed] = [
  '10.0.0.0/24',
  'fd00::/112',
  '10.0.0.0/24,fd00::/112',
  'fd00::/112,10.0.0.0/24',
];
const selector = { app: 'a' };
const ports = [{ port: 80 }];

type Spec = Record<string, unknown> & { clusterIP?: string; clusterIPs?: string[] };
const specOf = (object: KubeObject) => object['spec'] as Spec;

function cluster(serviceClusterIpRange: string): Promise<TestRegistry> {
  return testRegistry({ options: { serviceClusterIpRange } });
}

/** The families of addresses, `None` as it is. */
function kinds(spec: Spec): string[] {
  return (spec.clusterIPs ?? []).map((address) =>
    address === 'None' ? address : address.includes(':') ? 'IPv6' : 'IPv4',
  );
}

async function outcome(attempt: Promise<KubeObject>): Promise<unknown> {
  try {
    const spec = specOf(await attempt);
    assert.equal(spec.clusterIP, spec.clusterIPs?.[0]);
    return [spec['ipFamilyPolicy'], spec['ipFamilies'], kinds(spec)];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return error.message.replace(/^Service "s" is invalid: /, '');
  }
}

async function change(api: TestRegistry, edit: Record<string, unknown>, name = 's'): Promise<KubeObject> {
  const result = await api.rest('/v1/services').update?.(
    api.context(),
    name,
    (current) => {
      const { spec, ...object } = structuredClone(current) as KubeObject & { spec: Spec };
      const next = { ...object, spec: { ...spec, ...edit } } as KubeObject;
      for (const [field, value] of Object.entries(edit)) if (value === undefined) delete specOf(next)[field];
      applyDefaults(next);
      return next;
    },
    accepted,
  );
  assert.ok(result);
  return result.object.object;
}

const single = 'SingleStack';
const prefer = 'PreferDualStack';
const require = 'RequireDualStack';
const v4 = [single, ['IPv4'], ['IPv4']];
const v6 = [single, ['IPv6'], ['IPv6']];
const policyError = (policy: string, detail: string) =>
  `spec.ipFamilyPolicy: Invalid value: "${policy}": ${detail}`;
const notDual = 'this cluster is not configured for dual-stack services';

/**
 * The server's ranges, what a new Service says, and what it becomes: policy, families, families of its
 * addresses.
 */
const created: readonly [ranges: string, given: object, expected: unknown][] = [
  [four, {}, v4],
  [six, {}, v6],
  [dual, {}, v4],
  [reversed, {}, v6],
  [dual, { ipFamilies: ['IPv6'] }, v6],
  [dual, { ipFamilyPolicy: prefer }, [prefer, ['IPv4', 'IPv6'], ['IPv4', 'IPv6']]],
  [reversed, { ipFamilyPolicy: require }, [require, ['IPv6', 'IPv4'], ['IPv6', 'IPv4']]],
  [dual, { ipFamilyPolicy: prefer, ipFamilies: ['IPv6'] }, [prefer, ['IPv6', 'IPv4'], ['IPv6', 'IPv4']]],
  [four, { ipFamilyPolicy: prefer }, [prefer, ['IPv4'], ['IPv4']]],
  [four, { ipFamilyPolicy: require }, policyError(require, notDual)],
  [
    four,
    { ipFamilies: ['IPv6'] },
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    dual,
    { ipFamilies: ['IPv4', 'IPv6'] },
    policyError(
      single,
      "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
    ),
  ],
  [dual, { clusterIP: 'fd00::5' }, v6],
  [
    four,
    { clusterIP: 'fd00::5' },
    'spec.clusterIPs[0]: Invalid value: ["fd00::5"]: IPv6 is not configured on this cluster',
  ],
  [
    dual,
    { ipFamilyPolicy: prefer, clusterIP: 'fd00::5', clusterIPs: ['fd00::5', '10.0.0.5'] },
    [prefer, ['IPv6', 'IPv4'], ['IPv6', 'IPv4']],
  ],
  [dual, { ipFamilyPolicy: require, clusterIP: '10.0.0.5' }, [require, ['IPv4', 'IPv6'], ['IPv4', 'IPv6']]],
  [
    dual,
    { clusterIP: '10.1.0.1' },
    'spec.clusterIPs: Invalid value: ["10.1.0.1"]: failed to allocate IP 10.1.0.1: the provided network does not match the current range',
  ],
  [
    dual,
    { clusterIP: '10.0.0.255' },
    'spec.clusterIPs: Invalid value: ["10.0.0.255"]: failed to allocate IP 10.0.0.255: the provided IP (10.0.0.255) is not in the valid range. The range of valid IPs is 10.0.0.0/24',
  ],
  [four, { clusterIP: 'None' }, [single, ['IPv4'], ['None']]],
  [four, { clusterIP: 'None', selector: undefined }, [require, ['IPv4', 'IPv6'], ['None']]],
  [four, { clusterIP: 'None', selector: undefined, ipFamilyPolicy: single }, [single, ['IPv4'], ['None']]],
  [
    six,
    { clusterIP: 'None', selector: undefined, ipFamilies: ['IPv4'] },
    [require, ['IPv4', 'IPv6'], ['None']],
  ],
  [dual, { clusterIP: 'None', ipFamilyPolicy: prefer }, [prefer, ['IPv4', 'IPv6'], ['None']]],
  [four, { clusterIP: 'None', ipFamilyPolicy: require }, policyError(require, notDual)],
];

for (const [ranges, given, expected] of created) {
  test(`on ${ranges}: ${JSON.stringify(given)}`, async () => {
    const api = await cluster(ranges);
    const made = create(api, '/v1/services', {
      metadata: { name: 's' },
      spec: { ports, selector, ...given },
    });
    assert.deepEqual(await outcome(made), expected);
  });
}

test('a Service gets a second address, and gives it back', async () => {
  const api = await cluster(dual);
  const addresses = api.storage('networking.k8s.io', 'ipaddresses').objects;
  const made = await create(api, '/v1/services', { metadata: { name: 's' }, spec: { ports, selector } });
  const first = specOf(made).clusterIP;
  const both = await change(api, { ipFamilyPolicy: prefer });
  assert.deepEqual(kinds(specOf(both)), ['IPv4', 'IPv6']);
  assert.equal(specOf(both).clusterIP, first);
  assert.equal(addresses.size, 2);
  const label = 'ipaddress.kubernetes.io/ip-family';
  assert.deepEqual([...addresses.values()].map(({ object }) => object.metadata.labels?.[label]).toSorted(), [
    'IPv4',
    'IPv6',
  ]);
  const kept = await change(api, { clusterIPs: undefined, clusterIP: undefined });
  assert.deepEqual(specOf(kept).clusterIPs, specOf(both).clusterIPs, 'a manifest without addresses');
  assert.equal(
    await outcome(change(api, { clusterIPs: [first] })),
    policyError(prefer, "must be 'SingleStack' to release the secondary cluster IP"),
  );
  assert.deepEqual(await outcome(change(api, { ipFamilyPolicy: single })), v4);
  assert.equal(addresses.size, 1);
});

test('a second address may be asked for, the first does not change', async () => {
  const api = await cluster(dual);
  const spec = { ports, selector, clusterIP: '10.0.0.9' };
  await create(api, '/v1/services', { metadata: { name: 's' }, spec });
  const both = await change(api, { ipFamilyPolicy: require, clusterIPs: ['10.0.0.9', 'fd00::9'] });
  assert.deepEqual(specOf(both).clusterIPs, ['10.0.0.9', 'fd00::9']);
  assert.match(
    String(await outcome(change(api, { clusterIP: '10.0.0.8', clusterIPs: ['10.0.0.8', 'fd00::9'] }))),
    /spec\.clusterIPs\[0\]: Invalid value: \["10\.0\.0\.8","fd00::9"\]: may not change once set/,
  );
});

test('another name has no address, and whoever was one gets some', async () => {
  const api = await cluster(dual);
  const addresses = api.storage('networking.k8s.io', 'ipaddresses').objects;
  await create(api, '/v1/services', {
    metadata: { name: 's' },
    spec: { ports, selector, ipFamilyPolicy: prefer },
  });
  assert.equal(addresses.size, 2);
  const named = await change(api, { type: 'ExternalName', externalName: 'a.example' });
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    assert.equal(specOf(named)[field], undefined, field);
  }
  assert.equal(addresses.size, 0);
  const back = await change(api, { type: 'ClusterIP', externalName: undefined, ipFamilyPolicy: require });
  assert.deepEqual(kinds(specOf(back)), ['IPv4', 'IPv6']);
  assert.equal(addresses.size, 2);
});

test('what prefers two families stays with one until it is asked for more', async () => {
  const storageFactory = sharedStorages();
  const narrow = await testRegistry({ options: { serviceClusterIpRange: four }, storageFactory });
  await create(narrow, '/v1/services', {
    metadata: { name: 's' },
    spec: { ports, selector, ipFamilyPolicy: prefer },
  });
  const wider = await testRegistry({ options: { serviceClusterIpRange: dual }, storageFactory });
  assert.deepEqual(await outcome(change(wider, { ports: [{ port: 81 }] })), [prefer, ['IPv4'], ['IPv4']]);
  assert.deepEqual(await outcome(change(wider, { ipFamilyPolicy: require })), [
    require,
    ['IPv4', 'IPv6'],
    ['IPv4', 'IPv6'],
  ]);
});

test('a dry run takes nothing, and shows where addresses and ports would be', async () => {
  const api = await cluster(dual);
  const one = await create(
    api,
    '/v1/services',
    { metadata: { name: 's' }, spec: { type: 'NodePort', ports, selector, ipFamilyPolicy: prefer } },
    { ...accepted, dryRun: true },
  );
  assert.deepEqual(specOf(one).clusterIPs, ['10.0.0.0', 'fd00::']);
  assert.equal((specOf(one)['ports'] as { nodePort: number }[])[0]?.nodePort, 32769);
  assert.equal(api.storage('networking.k8s.io', 'ipaddresses').objects.size, 0);
});

test('further ranges of the cluster give addresses when the first are gone', async () => {
  const api = await cluster('10.0.0.0/30');
  const name = (index: number) => ({ metadata: { name: `s${index}` }, spec: { ports, selector } });
  for (const index of [1, 2]) await create(api, '/v1/services', name(index));
  await assert.rejects(create(api, '/v1/services', name(3)), /range is full/);
  await create(api, 'networking.k8s.io/v1/servicecidrs', {
    metadata: { name: 'more' },
    spec: { cidrs: ['10.9.0.0/24'] },
  });
  assert.match(String(specOf(await create(api, '/v1/services', name(3))).clusterIP), /^10\.9\.0\./);
  await api.registry
    .storageOf('networking.k8s.io', 'servicecidrs')
    .guaranteedUpdate({ namespace: '', name: 'more' }, (current) => ({
      ...(current?.object as KubeObject),
      status: { conditions: [{ type: 'Ready', status: 'False' }] },
    }));
  await assert.rejects(create(api, '/v1/services', name(4)), /range is full/);
});

test('several servers give no address and no port twice', async () => {
  const storageFactory = sharedStorages();
  const options = { serviceClusterIpRange: '10.0.0.0/28', serviceNodePortRange: '30000-30013' };
  const servers: TestRegistry[] = [];
  for (let count = 0; count < 3; count++) servers.push(await testRegistry({ options, storageFactory }));
  const made = await Promise.all(
    Array.from({ length: 14 }, (_, index) =>
      create(servers[index % 3] as TestRegistry, '/v1/services', {
        metadata: { name: `s${index}` },
        spec: { type: 'NodePort', ports, selector },
      }),
    ),
  );
  const nodePorts = made.map((object) => (specOf(object)['ports'] as { nodePort: number }[])[0]?.nodePort);
  assert.equal(new Set(made.map((object) => specOf(object).clusterIP)).size, 14);
  assert.equal(new Set(nodePorts).size, 14);
});

test('a Service without a name is refused for the address that it asks for, and takes none', async () => {
  const api = await cluster(four);
  const addresses = () => api.registry.storageOf('networking.k8s.io', 'ipaddresses');
  const count = async () =>
    (
      await addresses().list({
        namespace: '',
        resourceVersion: '',
        resourceVersionMatch: '',
        limit: 0,
        continueToken: '',
      })
    ).items.length;
  const before = await count();
  const spec = { selector, ports };
  // The words are those of kube-apiserver 1.36.3.
  await assert.rejects(create(api, '/v1/services', { metadata: {}, spec }), {
    message:
      /^Service "" is invalid: spec\.clusterIPs: Invalid value: \[""\]: failed to allocate IP: IPAddress\.networking\.k8s\.io "10\.0\.0\.\d+" is invalid: spec\.parentRef\.name: Required value$/,
  });
  assert.equal(await count(), before);
});
