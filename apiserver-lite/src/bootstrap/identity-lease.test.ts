import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Logger } from 'pino';
import { create, testNowMs, testRegistry, type TestRegistry } from '../registry/testing/test-registry.ts';
import { FakeClock, until } from '../storage/testing/fake-clock.ts';
import { identityOf, IdentityLease } from './identity-lease.ts';

const log = { warn() {} } as unknown as Logger;
const hourMs = 3_600_000;

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  renewTime?: string;
}

function leases(api: TestRegistry) {
  const { objects } = api.storage('coordination.k8s.io', 'leases');
  return new Map([...objects].map(([key, { object }]) => [key, object]));
}

const leaseOf = (api: TestRegistry, clock: FakeClock, hostname = 'vm') =>
  new IdentityLease({
    registry: api.registry,
    hostname,
    peerAddress: '192.0.2.10:6443',
    clock,
    random: () => 0,
    log,
  });

test('a server is called by its host', () => {
  // Of a kube-apiserver 1.36.3 on a host of that name.
  assert.equal(identityOf('vm'), 'apiserver-wlv32tlttr4jl3gtroqexyxapa');
});

test('the lease says who lives where, is renewed, and goes with the server', async () => {
  const api = await testRegistry();
  const clock = new FakeClock(testNowMs);
  const lease = leaseOf(api, clock);
  await lease.start();
  const key = `kube-system/${lease.name}`;
  const spec = () => leases(api).get(key)?.['spec'] as LeaseSpec;
  const { metadata } = leases(api).get(key)!;
  assert.deepEqual(metadata.labels, {
    'apiserver.kubernetes.io/identity': 'kube-apiserver',
    'kubernetes.io/hostname': 'vm',
  });
  assert.deepEqual(metadata.annotations, { 'kubernetes.io/peer-advertise-address': '192.0.2.10:6443' });
  assert.equal(spec().leaseDurationSeconds, 3600);
  assert.match(spec().holderIdentity ?? '', new RegExp(`^${lease.name}_[0-9a-f-]{36}$`));
  assert.equal(spec().renewTime, '2026-01-02T03:04:05.000000Z');
  clock.advance(10_000);
  await until(() => spec().renewTime === '2026-01-02T03:04:15.000000Z');
  // What somebody else took away comes back.
  await api.storage('coordination.k8s.io', 'leases').delete({ namespace: 'kube-system', name: lease.name });
  clock.advance(10_000);
  await until(() => leases(api).has(key));
  await lease.stop();
  assert.equal(leases(api).size, 0);
  clock.advance(hourMs);
  assert.equal(clock.pending, 0);
});

test('leases of servers that are gone are deleted, others are left', async () => {
  const api = await testRegistry();
  const clock = new FakeClock(testNowMs);
  const old = (name: string, labels: Record<string, string>, spec: LeaseSpec) =>
    create(
      api,
      'coordination.k8s.io/v1/leases',
      {
        metadata: { name, labels },
        spec,
      },
      { namespace: 'kube-system' },
    );
  const identity = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
  const gone = { holderIdentity: 'a', leaseDurationSeconds: 3600, renewTime: '2026-01-02T02:00:00.000000Z' };
  await old('gone', identity, gone);
  await old('without-time', identity, { holderIdentity: 'a', leaseDurationSeconds: 3600 });
  await old('alive', identity, { ...gone, renewTime: '2026-01-02T02:30:00.000000Z' });
  await old('scheduler', {}, gone);
  const lease = leaseOf(api, clock);
  await lease.startCollecting();
  const names = () => [...leases(api).keys()].toSorted();
  await until(() => names().length === 2);
  assert.deepEqual(names(), ['kube-system/alive', 'kube-system/scheduler']);
  clock.advance(hourMs);
  await until(() => names().length === 1);
  await lease.stop();
});
