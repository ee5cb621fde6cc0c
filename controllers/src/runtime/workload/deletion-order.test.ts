import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, ReplicaSet } from '../client/resource.ts';
import { choosePodsToDelete } from './deletion-order.ts';
import { planReplicas } from '../../controllers/replicaset/replicaset-controller.ts';
import { nextAvailabilityMs, replicaSetStatus } from '../../controllers/replicaset/replicaset-status.ts';

const now = Date.parse('2026-01-02T00:00:00Z');

interface Shape {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
  labels?: Record<string, string>;
}

function pod(
  name: string,
  { node = 'n1', phase = 'Running', readyFor, cost, restarts = 0, age = 3600, labels }: Shape = {},
): Pod {
  const at = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: at(age),
      ...(labels ? { labels } : {}),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
      ...(readyFor === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(readyFor) }] }),
    },
  };
}

test('who is deleted first', () => {
  const ready = { readyFor: 1000 };
  const table: [rule: string, first: Pod, second: Pod][] = [
    ['unassigned', pod('b', { node: '', phase: 'Pending' }), pod('a', { phase: 'Pending' })],
    ['pending before unknown', pod('b', { phase: 'Pending' }), pod('a', { phase: 'Unknown' })],
    ['unknown before running', pod('b', { phase: 'Unknown' }), pod('a')],
    ['not ready', pod('b'), pod('a', ready)],
    ['lower cost', pod('b', { ...ready, cost: '-5' }), pod('a', ready)],
    ['higher cost stays', pod('b', ready), pod('a', { ...ready, cost: '3' })],
    [
      'a cost that is no number is none',
      pod('b', { ...ready, cost: '-1' }),
      pod('a', { ...ready, cost: '+9' }),
    ],
    ['ready for much shorter', pod('b', { readyFor: 10 }), pod('a', { readyFor: 3000 })],
    ['ready for about as long: by uid', pod('a', { readyFor: 3000 }), pod('b', { readyFor: 2900 })],
    ['more restarts', pod('b', { ...ready, restarts: 3 }), pod('a', ready)],
    ['much younger', pod('b', { ...ready, age: 60 }), pod('a', { ...ready, age: 90_000 })],
  ];
  for (const [rule, first, second] of table) {
    assert.deepEqual(choosePodsToDelete([second, first], [], 1, now), [first], rule);
    assert.deepEqual(choosePodsToDelete([first, second], [], 1, now), [first], `${rule}, turned round`);
  }
});

test('the node with more Pods of the family gives first', () => {
  const mine = [pod('a', { node: 'n1', readyFor: 1000 }), pod('b', { node: 'n2', readyFor: 1000 })];
  const relatives = [...mine, pod('c', { node: 'n2', readyFor: 9 })];
  assert.deepEqual(
    choosePodsToDelete(mine, relatives, 1, now).map(({ metadata }) => metadata.name),
    ['b'],
  );
});

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
