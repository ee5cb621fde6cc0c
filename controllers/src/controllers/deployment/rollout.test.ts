import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, ReplicaSet } from '../../runtime/client/resource.ts';
import { scaledValue } from '../../runtime/workload/int-or-percent.ts';
import { resolveFenceposts } from './fenceposts.ts';
import {
  annotationsOfCurrent,
  byRevision,
  nextRevision,
  revisionAnnotation,
  revisionHistoryAnnotation,
} from './revision.ts';
import { planRollout } from './rollout.ts';
import { planScaling, wasScaled } from './scaling.ts';

type Bound = number | string;

function deployment(replicas: number, maxSurge: Bound, maxUnavailable: Bound): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      template: {},
    },
  };
}

function set(
  name: string,
  replicas: number,
  available: number,
  annotations: Record<string, string> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: `2026-01-01T00:00:0${name.length}Z` },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available },
  };
}

test('surge is rounded up, unavailability down, and both are never nothing', () => {
  const table: [replicas: number, surge: Bound, unavailable: Bound, expected: [number, number]][] = [
    [10, '25%', '25%', [3, 2]],
    [1, '25%', '25%', [1, 0]],
    [2, 0, '1%', [0, 1]],
    [1, '0%', '1%', [0, 1]],
    [2, '1%', '25%', [1, 0]],
    [3, 5, 5, [5, 3]],
    [0, '25%', '25%', [0, 0]],
  ];
  for (const [replicas, surge, unavailable, expected] of table) {
    const { maxSurge, maxUnavailable } = resolveFenceposts(deployment(replicas, surge, unavailable));
    assert.deepEqual([maxSurge, maxUnavailable], expected, `${replicas} ${surge} ${unavailable}`);
  }
  assert.throws(() => scaledValue('lots', 10, true), TypeError);
});

test('a rolling update takes one step at a time', () => {
  const table: {
    name: string;
    of: Deployment;
    current?: ReplicaSet;
    old: ReplicaSet[];
    create?: number;
    scalings: Record<string, number>;
  }[] = [
    { name: 'begins', of: deployment(10, 3, 2), old: [set('a', 10, 10)], create: 3, scalings: { a: 8 } },
    { name: 'first of all', of: deployment(3, 1, 1), old: [], create: 3, scalings: {} },
    {
      name: 'surges again',
      of: deployment(10, 3, 2),
      current: set('bb', 3, 0),
      old: [set('a', 8, 8)],
      scalings: { bb: 5 },
    },
    {
      name: 'waits for new Pods',
      of: deployment(10, 3, 2),
      current: set('bb', 5, 0),
      old: [set('a', 8, 8)],
      scalings: {},
    },
    {
      name: 'spares the old when one fails',
      of: deployment(10, 3, 2),
      current: set('bb', 5, 0),
      old: [set('a', 8, 7)],
      scalings: {},
    },
    {
      name: 'goes on',
      of: deployment(10, 3, 2),
      current: set('bb', 5, 5),
      old: [set('a', 8, 8)],
      scalings: { a: 3 },
    },
    {
      name: 'ends the old',
      of: deployment(10, 3, 2),
      current: set('bb', 10, 10),
      old: [set('a', 3, 3)],
      scalings: { a: 0 },
    },
    {
      name: 'is done',
      of: deployment(10, 3, 2),
      current: set('bb', 10, 10),
      old: [set('a', 0, 0)],
      scalings: {},
    },
    {
      name: 'cleans up what is not available first',
      of: deployment(10, 0, 5),
      current: set('ccc', 0, 0),
      old: [set('a', 5, 5), set('bb', 5, 0)],
      scalings: { bb: 0 },
    },
    {
      name: 'shrinks when too large',
      of: deployment(2, 1, 1),
      current: set('bb', 5, 5),
      old: [],
      scalings: { bb: 2 },
    },
  ];
  for (const { name, of, current, old, create, scalings } of table) {
    const step = planRollout(of, { current, old }, () => []);
    assert.equal(step.create, create, name);
    const planned = Object.fromEntries(
      step.scalings.map((scaling) => [scaling.replicaSet.metadata.name, scaling.replicas]),
    );
    assert.deepEqual(planned, scalings, name);
  }
});

test('scaling in the middle of a rollout keeps the proportions', () => {
  const recorded = (max: number) => ({
    'deployment.kubernetes.io/max-replicas': String(max),
    'deployment.kubernetes.io/desired-replicas': String(max - 3),
  });
  const table: [
    name: string,
    of: Deployment,
    current: ReplicaSet,
    old: ReplicaSet[],
    expected: Record<string, number>,
  ][] = [
    [
      'up',
      deployment(15, 3, 2),
      set('bb', 5, 0, recorded(13)),
      [set('a', 8, 8, recorded(13))],
      { a: 11, bb: 7 },
    ],
    [
      'down',
      deployment(5, 3, 2),
      set('bb', 5, 0, recorded(13)),
      [set('a', 8, 8, recorded(13))],
      { a: 5, bb: 3 },
    ],
    [
      'to nothing',
      deployment(0, 3, 2),
      set('bb', 5, 0, recorded(13)),
      [set('a', 8, 8, recorded(13))],
      { a: 0, bb: 0 },
    ],
    ['only one active', deployment(7, 3, 2), set('bb', 5, 5, recorded(13)), [set('a', 0, 0)], { bb: 7 }],
  ];
  for (const [name, of, current, old, expected] of table) {
    const planned = planScaling(of, { current, old });
    assert.deepEqual(
      Object.fromEntries(planned.map(({ replicaSet, replicas }) => [replicaSet.metadata.name, replicas])),
      expected,
      name,
    );
  }
  assert.equal(wasScaled(deployment(10, 3, 2), [set('a', 8, 8, recorded(13))]), false);
  assert.equal(wasScaled(deployment(11, 3, 2), [set('a', 8, 8, recorded(13))]), true);
  assert.equal(
    wasScaled(deployment(11, 3, 2), [set('a', 0, 0, recorded(13))]),
    false,
    'empty ones do not count',
  );
});

test('revisions only rise, and a rollback is remembered', () => {
  const revision = (value: string, history?: string) => ({
    [revisionAnnotation]: value,
    ...(history ? { [revisionHistoryAnnotation]: history } : {}),
  });
  assert.equal(nextRevision([]), 1n);
  assert.equal(nextRevision([set('a', 1, 1, revision('3')), set('b', 1, 1, revision('x'))]), 4n);
  const of = deployment(1, 1, 0);
  of.metadata.annotations = {
    note: 'kept',
    [revisionAnnotation]: '9',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  assert.deepEqual(annotationsOfCurrent(of, undefined, 1n), { note: 'kept', [revisionAnnotation]: '1' });
  const rolledBack = annotationsOfCurrent(of, set('a', 1, 1, revision('2', '1')), 4n);
  assert.deepEqual(rolledBack, { note: 'kept', ...revision('4', '1,2') });
  const higher = annotationsOfCurrent(of, set('a', 1, 1, revision('12')), 4n);
  assert.deepEqual(higher, { note: 'kept', ...revision('12') });
});

test('revisions are whole int64s, as users may write them', () => {
  const of = (revision: string) => set(`set-${revision}`, 1, 1, { [revisionAnnotation]: revision });
  assert.equal(nextRevision([of('3546343826724305832'), of('7')]), 3546343826724305833n);
  const written = annotationsOfCurrent(deployment(1, 1, 0), of('3546343826724305830'), 3546343826724305833n);
  assert.equal(written[revisionAnnotation], '3546343826724305833');
  assert.equal(written[revisionHistoryAnnotation], '3546343826724305830');
  // What does not fit is no revision, and above the highest there is none.
  assert.equal(nextRevision([of('9223372036854775808'), of('+4')]), 5n);
  assert.equal(nextRevision([of('9223372036854775807')]), -(2n ** 63n));
  assert.deepEqual(annotationsOfCurrent(deployment(1, 1, 0), undefined, -(2n ** 63n)), {});
  const sorted = [of('9007199254740993'), of('9007199254740992'), of('x')].sort(byRevision);
  assert.deepEqual(
    sorted.map(({ metadata }) => metadata.annotations?.[revisionAnnotation]),
    ['x', '9007199254740992', '9007199254740993'],
  );
});
