import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leases } from './client/resource.ts';
import { ElectedPart } from './elected-part.ts';
import { until } from './testing/fake-clock.ts';
import { createTestContext } from './testing/test-context.ts';

test('a worker that is not leader-elected works while another candidate leads', async (t) => {
  const { api, clock, ...context } = createTestContext();
  await api.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'kube-system', name: 'manager' },
    spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
  });
  const started: string[] = [];
  const worker = (name: string, isLeaderElected: boolean) => ({
    name,
    isLeaderElected,
    start: () => void started.push(name),
    stop: () => Promise.resolve(),
  });
  const part = new ElectedPart({
    component: 'manager',
    leaderElection: { identity: 'one' },
    createContext: () => ({ ...context, clock }),
    createWorkers: () => [worker('elected', true), worker('independent', false)],
  });
  t.after(async () => {
    const closed = part.close();
    await clock.advance(20_000);
    await closed;
  });
  assert.deepEqual(started, [], 'nothing happens before start');
  part.start();
  await until('one works', () => started.length > 0);
  await clock.advance(2_000);
  assert.deepEqual(started, ['independent']);
  await clock.advance(20_000);
  await until('it leads', () => started.length > 1);
  assert.deepEqual(started, ['independent', 'elected']);
});

test('a part that is closed before it was started is never ready', async () => {
  const part = new ElectedPart({
    component: 'manager',
    leaderElection: undefined,
    createContext: () => assert.fail('no context is made'),
    createWorkers: () => [],
  });
  await part.close();
  part.start();
  await assert.rejects(part.ready, /manager was closed before it was ready/);
  assert.equal(part.problem(), 'it was closed');
});
