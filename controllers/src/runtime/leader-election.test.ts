import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './client/api-error.ts';
import { runForLeader } from './leader-election.ts';
import { leases } from './client/resource.ts';
import { until } from './testing/fake-clock.ts';
import { createTestContext } from './testing/test-context.ts';

function candidate(context: ReturnType<typeof createTestContext>, identity: string) {
  const { client, clock, log, recorder, random } = context;
  return runForLeader({
    client,
    clock,
    log,
    recorder,
    random,
    namespace: 'kube-system',
    name: 'kube-controller-manager',
    identity,
  });
}

const leaseOf = (context: ReturnType<typeof createTestContext>) => context.api.all(leases)[0]?.spec;

test('the first candidate leads, a second one takes over when the lease is released', async () => {
  const context = createTestContext();
  const first = candidate(context, 'one');
  await first.elected;
  assert.equal(leaseOf(context)?.holderIdentity, 'one');
  assert.equal(leaseOf(context)?.leaseDurationSeconds, 15);
  assert.equal(leaseOf(context)?.leaseTransitions, 0);

  const second = candidate(context, 'two');
  await context.clock.advance(60_000);
  assert.equal(await second.waiting, 'one');
  assert.equal(first.isLeader(), true, 'renews');
  assert.equal(second.isLeader(), false);

  await first.release();
  assert.equal(leaseOf(context)?.holderIdentity, '');
  assert.equal(first.isLeader(), false);
  await context.clock.advance(5000);
  await second.elected;
  assert.equal(leaseOf(context)?.holderIdentity, 'two');
  assert.equal(leaseOf(context)?.leaseTransitions, 1);
  await second.release();
});

test('a lease that nobody renews is taken over after its duration on the own clock, whatever its times say', async () => {
  const context = createTestContext();
  await context.client.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'kube-system', name: 'kube-controller-manager' },
    spec: {
      holderIdentity: 'dead',
      leaseDurationSeconds: 15,
      renewTime: '2099-01-01T00:00:00.000000Z',
      acquireTime: '2099-01-01T00:00:00.000000Z',
      leaseTransitions: 4,
    },
  });
  const heir = candidate(context, 'heir');
  let sawLeader = false;
  void heir.waiting.then(() => {
    sawLeader = true;
  });
  await context.clock.advance(14_000);
  assert.equal(heir.isLeader(), false);
  assert.equal(sawLeader, false, 'nobody renewed it');
  await context.clock.advance(6_000);
  assert.equal(heir.isLeader(), true);
  assert.equal(leaseOf(context)?.leaseTransitions, 5);
  await heir.release();
});

test('a leader that cannot renew for ten seconds stops leading before anybody else may lead', async () => {
  const context = createTestContext();
  const leader = candidate(context, 'one');
  await leader.elected;
  context.api.before(({ verb, resource }) => {
    if (resource === 'leases' && verb !== 'get') throw new ApiError(500, { reason: 'InternalError' });
  });
  await context.clock.advance(9_000);
  assert.equal(leader.isLeader(), true);
  await context.clock.advance(5_000);
  assert.equal(leader.isLeader(), false);
  await leader.ended;
});

test('a candidate that comes back under its identity leads at once', async () => {
  const context = createTestContext();
  await candidate(context, 'one').elected;
  const again = candidate(context, 'one');
  await until('leads again', () => again.isLeader());
  assert.equal(leaseOf(context)?.leaseTransitions, 0);
});

test('a leader asks a busy server again as soon as it may, and one request at a time', async () => {
  const context = createTestContext();
  const leader = candidate(context, 'one');
  await leader.elected;
  let busySinceMs: number | undefined;
  const asked: number[] = [];
  context.api.before(({ verb, resource }) => {
    if (busySinceMs === undefined || resource !== 'leases') return;
    asked.push(context.clock.now() - busySinceMs);
    assert.equal(verb, 'update', 'nothing was changed by another: there is nothing to read');
    // The last moment but one before the deadline of ten seconds.
    if (asked.length < 10) throw new ApiError(429, { reason: 'TooManyRequests' }, 1_000);
    busySinceMs = undefined;
  });
  busySinceMs = context.clock.now();
  await context.clock.advance(20_000);
  assert.equal(asked.length, 10);
  const pauses = asked.slice(1).map((ms, index) => ms - (asked[index] ?? 0));
  assert.deepEqual([...new Set(pauses)], [1_000]);
  assert.equal(leader.isLeader(), true);
  await leader.release();
});
