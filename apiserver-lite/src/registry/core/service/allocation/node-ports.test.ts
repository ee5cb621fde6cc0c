import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from '../../../defaults/apply-defaults.ts';
import { create, testRegistry, type TestRegistry } from '../../../testing/test-registry.ts';
import { accepted } from '../../../testing/accepted.ts';

const selector = { app: 'a' };
const specOf = (object: KubeObject) => object['spec'] as V1ServiceSpec & { ports: { nodePort?: number }[] };
const portsOf = (object: KubeObject) => specOf(object).ports.map(({ nodePort }) => nodePort);

function service(name: string, spec: object): Partial<KubeObject> {
  return { metadata: { name }, spec: { selector, ...spec } };
}

async function put(api: TestRegistry, name: string, spec: object, forceAllowCreate = false) {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    ...structuredClone(service(name, spec)),
  } as KubeObject;
  applyDefaults(object);
  const result = await api
    .rest('/v1/services')
    .update?.(api.context(), name, () => object, { ...accepted, forceAllowCreate });
  assert.ok(result);
  return result.object.object;
}

/** How many ports of the range are free, by taking them all. */
async function freePorts(api: TestRegistry): Promise<number> {
  let count = 0;
  for (;;) {
    try {
      await create(api, '/v1/services', service(`free${count}`, { type: 'NodePort', ports: [{ port: 1 }] }));
      count++;
    } catch (error) {
      assert.match((error as Error).message, /failed to allocate a nodePort: range is full/);
      for (let index = 0; index < count; index++) {
        await api.rest('/v1/services').delete?.(api.context(), `free${index}`, accepted);
      }
      return count;
    }
  }
}

const cluster = () => testRegistry({ options: { serviceNodePortRange: '30000-30004' } });
const tcpAndUdp = [
  { name: 't', port: 53, protocol: 'TCP' },
  { name: 'u', port: 53, protocol: 'UDP' },
];

test('TCP and UDP of one number share a port on the nodes', async () => {
  const api = await cluster();
  const [tcp, udp] = portsOf(
    await create(api, '/v1/services', service('a', { type: 'NodePort', ports: tcpAndUdp })),
  );
  assert.equal(tcp, udp);
  assert.equal(await freePorts(api), 4);
  const asked = tcpAndUdp.map((port, index) => (index === 0 ? port : { ...port, nodePort: 30004 }));
  const other = await create(
    api,
    '/v1/services',
    service('b', { type: 'NodePort', ports: tcp === 30004 ? tcpAndUdp : asked }),
  );
  assert.equal(new Set(portsOf(other)).size, 1, 'what one asks for, the other gets');
});

test('a manifest without ports on nodes keeps those that there are, by name', async () => {
  const api = await cluster();
  const given = {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
  };
  const [a, b] = portsOf(await create(api, '/v1/services', service('s', given)));
  const moved = {
    ...given,
    ports: [
      { name: 'b', port: 3 },
      { name: 'a', port: 4 },
    ],
  };
  assert.deepEqual(portsOf(await put(api, 's', moved)), [b, a]);
  await put(api, 's', { ...given, ports: [{ name: 'b', port: 3 }] });
  assert.equal(await freePorts(api), 4, 'a port that is not used any more is free');
  await put(api, 's', { type: 'ClusterIP', ports: [{ name: 'b', port: 3 }] });
  assert.equal(await freePorts(api), 5);
});

test('ports out of range, and ports of others, are refused with their field', async () => {
  const api = await cluster();
  await create(
    api,
    '/v1/services',
    service('a', { type: 'NodePort', ports: [{ port: 1, nodePort: 30001 }] }),
  );
  const refused = (nodePort: number) => ({ type: 'NodePort', ports: [{ port: 1, nodePort }] });
  await assert.rejects(create(api, '/v1/services', service('b', refused(80))), {
    message:
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-30004',
  });
  await assert.rejects(create(api, '/v1/services', service('b', refused(30001))), {
    message:
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
  });
  await create(api, '/v1/services', service('b', { ports: [{ port: 1 }] }));
  await assert.rejects(put(api, 'b', refused(30001)), /30001: provided port is already allocated/);
  assert.equal(api.storage('networking.k8s.io', 'ipaddresses').objects.size, 2, 'refused ones took nothing');
  assert.equal(await freePorts(api), 4);
});

test('a balancer that keeps to its nodes has a port for health checks', async () => {
  const api = await cluster();
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 1 }] };
  const made = await create(api, '/v1/services', service('s', local));
  const health = specOf(made).healthCheckNodePort;
  assert.ok(health && health !== portsOf(made)[0]);
  assert.equal(await freePorts(api), 3);
  assert.equal(specOf(await put(api, 's', local)).healthCheckNodePort, health);
  await assert.rejects(put(api, 's', { ...local, healthCheckNodePort: health === 30000 ? 30001 : 30000 }), {
    message: /spec\.healthCheckNodePort: Forbidden: field is immutable/,
  });
  const wide = await put(api, 's', { ...local, externalTrafficPolicy: 'Cluster' });
  assert.equal(specOf(wide).healthCheckNodePort, undefined);
  assert.equal(await freePorts(api), 4);
  await assert.rejects(
    create(
      api,
      '/v1/services',
      service('t', { ...local, healthCheckNodePort: portsOf(wide)[0], ports: [{ port: 1 }] }),
    ),
    {
      message: `Internal error occurred: failed to allocate requested HealthCheck NodePort ${portsOf(wide)[0]}: provided port is already allocated`,
    },
  );
  assert.equal(await freePorts(api), 4);
});

test('a balancer may do without ports on the nodes', async () => {
  const api = await cluster();
  const bare = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 1 }] };
  const made = await create(api, '/v1/services', service('s', bare));
  assert.deepEqual(portsOf(made), [undefined]);
  assert.ok(portsOf(await put(api, 's', { ...bare, allocateLoadBalancerNodePorts: true }))[0]);
  const plain = await put(api, 's', { ports: [{ port: 1 }] });
  assert.deepEqual(
    ['externalTrafficPolicy', 'allocateLoadBalancerNodePorts'].filter((field) => field in specOf(plain)),
    [],
  );
  assert.equal(await freePorts(api), 5);
});

test('who puts a Service that is not there makes it', async () => {
  const api = await cluster();
  const made = await put(api, 'new', { type: 'NodePort', ports: [{ port: 1 }] });
  assert.ok(specOf(made).clusterIP && portsOf(made)[0]);
  await api.rest('/v1/services').delete?.(api.context(), 'new', accepted);
  assert.equal(await freePorts(api), 5);
});
