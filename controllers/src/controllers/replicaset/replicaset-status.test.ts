import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSet } from '../../runtime/client/resource.ts';
import { now, pod } from '../../runtime/testing/shaped-pod.ts';
import { planReplicas } from './replica-plan.ts';
import { nextAvailabilityMs, replicaSetStatus } from './replicaset-status.ts';

test('the plan creates what is missing and deletes what is too much, in bounded bursts', () => {
  const of = (replicas: number): ReplicaSet => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web' },
    spec: { replicas, selector: {} },
  });
  const two = [pod('a'), pod('b', { phase: 'Pending' })];
  assert.deepEqual(
    planReplicas(of(5), two, () => [], now),
    { create: 3 },
  );
  assert.deepEqual(
    planReplicas(of(2), two, () => [], now),
    { create: 0 },
  );
  assert.deepEqual(
    planReplicas(of(1), two, () => [], now),
    { delete: [two[1]] },
  );
  assert.deepEqual(
    planReplicas(of(2000), two, () => [], now),
    { create: 500 },
  );
});

test('status counts labelled, ready, available and terminating Pods, and keeps the first failure', () => {
  const replicaSet: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', generation: 4 },
    spec: {
      replicas: 4,
      minReadySeconds: 30,
      selector: {},
      template: { metadata: { labels: { app: 'web' } } },
    },
  };
  const labels = { app: 'web' };
  const active = [pod('a', { labels, readyFor: 60 }), pod('b', { labels, readyFor: 10 }), pod('c')];
  const status = replicaSetStatus({
    replicaSet,
    active,
    terminating: [pod('d')],
    failure: new Error('quota'),
    nowMs: now,
  });
  assert.deepEqual(status, {
    replicas: 3,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 4,
    conditions: [
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'quota',
        lastTransitionTime: '2026-01-02T00:00:00Z',
      },
    ],
  });
  assert.equal(nextAvailabilityMs(active, 30, now), 20_000);
  const failing = { ...replicaSet, status };
  const later = replicaSetStatus({
    replicaSet: failing,
    active,
    terminating: [],
    failure: new Error('x'),
    nowMs: now + 9e5,
  });
  assert.deepEqual(later.conditions, status.conditions);
  const healed = replicaSetStatus({
    replicaSet: failing,
    active,
    terminating: [],
    failure: undefined,
    nowMs: now,
  });
  assert.deepEqual(healed.conditions, []);
});
