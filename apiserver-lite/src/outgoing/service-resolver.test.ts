import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { systemClock } from '../storage/clock.ts';
import { SharedInformers } from '../storage/follow/shared-informers.ts';
import { FakeSource } from '../storage/follow/testing/fake-source.ts';
import { ServiceResolver, type NetworkAddress } from './service-resolver.ts';

function service(name: string, spec: Record<string, unknown>): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

interface SliceFields {
  name?: string;
  addressType?: string;
  ready?: boolean;
  address?: string;
  ports?: object[];
}

function slice(serviceName: string, fields: SliceFields): KubeObject {
  const { name = serviceName, addressType = 'IPv4', ready, address = '10.1.0.1', ports } = fields;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': serviceName } },
    addressType,
    endpoints: [{ addresses: [address], conditions: ready === undefined ? {} : { ready } }],
    ports: ports ?? [{ name: 'https', port: 8443 }],
  };
}

const ports = [
  { name: 'http', port: 80 },
  { name: 'https', port: 443 },
];

function resolverOf(objects: readonly KubeObject[], routesToEndpoints = false): ServiceResolver {
  const sources: Record<string, FakeSource> = {
    services: new FakeSource(),
    endpointslices: new FakeSource(),
  };
  for (const object of objects) {
    (object.kind === 'Service' ? sources['services'] : sources['endpointslices'])?.put(object);
  }
  const informers = new SharedInformers({
    sourceOf: ({ resource }) => sources[resource] as FakeSource,
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
  });
  return new ServiceResolver({
    informers,
    routesToEndpoints,
    ownAddress: () => ({ host: '127.0.0.1', port: 6443 }),
    random: () => 0,
  });
}

async function answer(
  objects: readonly KubeObject[],
  { port = 443, routesToEndpoints = false } = {},
): Promise<NetworkAddress | string> {
  const resolver = resolverOf(objects, routesToEndpoints);
  return resolver
    .resolve({ namespace: 'default', name: 'web', port })
    .catch((error: unknown) => (error as Error).message);
}

test('a ready endpoint of the port is called', async () => {
  const web = service('web', { ports, clusterIP: '10.96.0.9' });
  assert.deepEqual(await answer([web, slice('web', { ready: true })]), { host: '10.1.0.1', port: 8443 });
  assert.deepEqual(await answer([web, slice('web', {})]), { host: '10.1.0.1', port: 8443 });
  assert.deepEqual(
    await answer([
      web,
      slice('web', { name: 'a', ready: false, address: '10.1.0.2' }),
      slice('web', { name: 'b', ports: [{ name: 'http', port: 8080 }], address: '10.1.0.3' }),
      slice('web', { name: 'c', ports: [{ name: 'https' }], address: '10.1.0.4' }),
      slice('web', { name: 'd', address: '10.1.0.5' }),
    ]),
    { host: '10.1.0.5', port: 8443 },
  );
});

test('the first IP family of the Service is preferred', async () => {
  const slices = [
    slice('web', { name: 'a' }),
    slice('web', { name: 'b', addressType: 'IPv6', address: 'fd00::1' }),
  ];
  const web = service('web', { ports, ipFamilies: ['IPv6', 'IPv4'] });
  assert.deepEqual(await answer([web, ...slices]), { host: 'fd00::1', port: 8443 });
});

test('what cannot be called is said as by kube-apiserver', async () => {
  const web = service('web', { ports });
  assert.equal(await answer([]), 'service "web" not found');
  assert.equal(await answer([web]), 'no endpoints available for service "web"');
  assert.equal(
    await answer([web, slice('web', { ready: false })]),
    'no endpoints available for service "web"',
  );
  assert.equal(
    await answer([web, slice('web', {})], { port: 444 }),
    'no service port 444 found for service "web"',
  );
  assert.equal(
    await answer([service('web', { ports, clusterIP: 'None' }), slice('web', {})]),
    'cannot route to service with ClusterIP "None"',
  );
});

test('a name of somebody else is called, but not where endpoints are asked for', async () => {
  const web = service('web', { type: 'ExternalName', externalName: 'web.example.com' });
  assert.deepEqual(await answer([web], { port: 444 }), { host: 'web.example.com', port: 444 });
  assert.equal(await answer([web], { routesToEndpoints: true }), 'unsupported service type "ExternalName"');
  assert.deepEqual(
    await answer([service('web', { ports, clusterIP: 'None' }), slice('web', {})], {
      routesToEndpoints: true,
    }),
    { host: '10.1.0.1', port: 8443 },
  );
});

test('the server itself is called where it listens', async () => {
  const reference = { namespace: 'default', name: 'kubernetes', port: 443 };
  assert.deepEqual(await resolverOf([]).resolve(reference), { host: '127.0.0.1', port: 6443 });
});
