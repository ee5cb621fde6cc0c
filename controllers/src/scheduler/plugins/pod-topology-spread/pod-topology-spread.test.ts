import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { Action, assignedPodAdd, assignedPodDelete } from '../../framework/events/cluster-event.ts';
import {
  clusterOf,
  makeNode,
  makePod,
  noFit,
  noVictims,
  onNode,
  outcome,
  place,
  requesting,
} from '../../testing/cluster.ts';
import { filtered, hinted, scored } from '../../testing/plugin-cases.ts';
import { createPodTopologySpread } from './pod-topology-spread.ts';

const nodes = [makeNode('a', { labels: { zone: 'x' } }), makeNode('b', { labels: { zone: 'y' } })];
const web = { labels: { app: 'web' } };
const constraint = (more: object = {}): object => ({
  maxSkew: 1,
  topologyKey: 'zone',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...more,
});
const spreading = (constraints: object[], more: object = {}): Pod =>
  makePod({ topologySpreadConstraints: constraints, ...more }, web);
const owned = {
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r1', controller: true }],
};

test('hard topology spread', () => {
  const pod = spreading([constraint()]);
  assert.equal(place(pod, clusterOf(nodes, [[makePod({}, web), 'a']])).nodeName, 'b');
  const full = clusterOf(nodes, [
    [makePod({}, web), 'a'],
    [requesting({ cpu: '4' }), 'b'],
  ]);
  const greedy = { ...pod, spec: { ...pod.spec!, containers: requesting({ cpu: '1' }).spec!.containers } };
  assert.equal(
    outcome(place(greedy, full)),
    noFit(2, "1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints", noVictims(2)),
  );
});

test('siblings are spread', () => {
  const cluster = clusterOf([makeNode('a'), makeNode('b')], [[makePod({}, owned), 'a']]);
  assert.equal(place(makePod({}, owned), cluster).nodeName, 'b');
});

const skewed = "Unschedulable: node(s) didn't match pod topology spread constraints";
const unlabelled =
  "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)";

test('preFilter and filter', () => {
  const said = (pod: Pod, placed: [Pod, string][], on: Node[] = nodes) => {
    const cluster = clusterOf(on, placed);
    return filtered(createPodTopologySpread(cluster), pod, cluster);
  };
  const inA: [Pod, string] = [makePod({}, web), 'a'];
  const ok = 'Success';
  const going = makePod({}, { ...web, deletionTimestamp: '2026-01-01T00:00:00Z' });
  const tainted = makeNode('b', {
    labels: { zone: 'y' },
    spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] },
  });
  const bare = makeNode('c');
  const cases: [string, unknown, unknown][] = [
    ['none', said(makePod(), [inA]), 'Skip'],
    ['soft ones', said(spreading([constraint({ whenUnsatisfiable: 'ScheduleAnyway' })]), [inA]), 'Skip'],
    ['one more than in the other zone', said(spreading([constraint()]), [inA]), { a: skewed, b: ok }],
    ['maxSkew 2', said(spreading([constraint({ maxSkew: 2 })]), [inA]), { a: ok, b: ok }],
    [
      'a Pod in another namespace',
      said(spreading([constraint()]), [[makePod({}, { ...web, namespace: 'x' }), 'a']]),
      { a: ok, b: ok },
    ],
    ['a Pod that is being deleted', said(spreading([constraint()]), [[going, 'a']]), { a: ok, b: ok }],
    [
      'a node without the label',
      said(spreading([constraint()]), [inA], [...nodes, bare]),
      { a: skewed, b: ok, c: unlabelled },
    ],
    [
      'too few domains',
      said(spreading([constraint({ minDomains: 3 })]), [inA, [makePod({}, web), 'b']]),
      { a: skewed, b: skewed },
    ],
    [
      'a selector without requirements counts nobody',
      said(spreading([constraint({ labelSelector: {} })]), [inA]),
      { a: ok, b: ok },
    ],
    ['no selector', said(spreading([constraint({ labelSelector: undefined })]), [inA]), { a: ok, b: ok }],
    [
      'a tainted node counts',
      said(spreading([constraint()]), [inA], [nodes[0]!, tainted]),
      { a: skewed, b: ok },
    ],
    [
      'a tainted node that does not count',
      said(spreading([constraint({ nodeTaintsPolicy: 'Honor' })]), [inA], [nodes[0]!, tainted]),
      { a: ok, b: ok },
    ],
    [
      'a node that is not selected does not count',
      said(spreading([constraint()], { nodeSelector: { zone: 'x' } }), [inA]),
      { a: ok, b: ok },
    ],
    [
      'unless it is to',
      said(spreading([constraint({ nodeAffinityPolicy: 'Ignore' })], { nodeSelector: { zone: 'x' } }), [inA]),
      { a: skewed, b: ok },
    ],
  ];
  for (const [name, answer, expected] of cases) assert.deepEqual(answer, expected, name);
});

test('nodes that lack the label of one constraint count for none', () => {
  const on = [
    makeNode('a', { labels: { zone: 'x', rack: '1' } }),
    makeNode('b', { labels: { zone: 'y', rack: '2' } }),
    makeNode('c', { labels: { zone: 'y' } }),
  ];
  const cluster = clusterOf(on, [
    [makePod({}, web), 'a'],
    [makePod({}, web), 'c'],
  ]);
  const pod = spreading([constraint(), constraint({ topologyKey: 'rack', maxSkew: 5 })]);
  assert.deepEqual(filtered(createPodTopologySpread(cluster), pod, cluster), {
    a: skewed,
    b: 'Success',
    c: unlabelled,
  });
});

test('matchLabelKeys: only Pods of the same value count', () => {
  const v = (version: string): object => ({ labels: { app: 'web', version } });
  const cluster = clusterOf(nodes, [[makePod({}, v('1')), 'a']]);
  const pod = (version: string): Pod => ({
    ...spreading([constraint({ matchLabelKeys: ['version'] })]),
    metadata: { name: 'p', namespace: 'default', uid: 'p', ...v(version) },
  });
  const plugin = createPodTopologySpread(cluster);
  assert.deepEqual(filtered(plugin, pod('1'), cluster), { a: skewed, b: 'Success' });
  assert.deepEqual(filtered(plugin, pod('2'), cluster), { a: 'Success', b: 'Success' });
});

test('score: the fewer of its kind in the domain the better', () => {
  const zone = 'topology.kubernetes.io/zone';
  const on = [
    makeNode('a', { labels: { [zone]: 'x' } }),
    makeNode('b', { labels: { [zone]: 'x' } }),
    makeNode('c', { labels: { [zone]: 'y' } }),
  ];
  const of = (pod: Pod, ...placed: [Pod, string][]) => {
    const cluster = clusterOf(on, placed);
    return scored(createPodTopologySpread(cluster), pod, cluster);
  };
  assert.equal(of(makePod()), 'Skip');
  assert.equal(of(spreading([constraint()])), 'Skip', 'hard constraints are filtered');
  assert.deepEqual(of(makePod({}, owned)), { a: 100, b: 100, c: 100 });
  // 6 + 1·(ln 5 + ln 4), 6 + 1·ln 4 and 6, rounded; the defaults allow a skew of 3 and of 5.
  assert.deepEqual(of(makePod({}, owned), [makePod({}, owned), 'a']), { a: 66, b: 88, c: 100 });
  const soft = spreading([constraint({ whenUnsatisfiable: 'ScheduleAnyway', topologyKey: zone })]);
  assert.deepEqual(of(soft, [makePod({}, web), 'a'], [makePod({}, web), 'b']), { a: 0, b: 0, c: 100 });
});

test('score: nodes without the labels of its own constraints get nothing', () => {
  const cluster = clusterOf([...nodes, makeNode('c')], [[makePod({}, web), 'a']]);
  const soft = spreading([constraint({ whenUnsatisfiable: 'ScheduleAnyway' })]);
  assert.deepEqual(scored(createPodTopologySpread(cluster), soft, cluster), { a: 0, b: 100, c: 0 });
});

test('queueing hints: Pods', () => {
  const plugin = createPodTopologySpread(clusterOf(nodes));
  const pod = spreading([constraint()]);
  const other = onNode(makePod({}, web), 'a');
  const stranger = onNode(makePod(), 'a');
  const event = (action: number) => ({ resource: 'AssignedPod', action }) as const;
  const { updatePodLabel, updatePodToleration } = Action;
  const cases: [string, string][] = [
    [hinted(plugin, pod, assignedPodAdd, { after: other }), 'Queue'],
    [hinted(plugin, pod, assignedPodAdd, { after: stranger }), 'QueueSkip'],
    [
      hinted(plugin, pod, assignedPodAdd, { after: onNode(makePod({}, { ...web, namespace: 'x' }), 'a') }),
      'QueueSkip',
    ],
    [hinted(plugin, pod, assignedPodAdd, { after: makePod({}, web) }), 'QueueSkip'],
    [hinted(plugin, pod, assignedPodDelete, { before: other }), 'Queue'],
    [hinted(plugin, pod, assignedPodDelete, { before: stranger }), 'QueueSkip'],
    [hinted(plugin, pod, event(updatePodLabel), { before: stranger, after: other }), 'Queue'],
    [hinted(plugin, pod, event(updatePodLabel), { before: other, after: stranger }), 'Queue'],
    [hinted(plugin, pod, event(updatePodLabel), { before: other, after: other }), 'QueueSkip'],
    [
      hinted(plugin, pod, event(Action.updatePodScaleDown), { before: other, after: other }),
      'not registered',
    ],
  ];
  for (const [index, [answer, expected]] of cases.entries()) assert.equal(answer, expected, `case ${index}`);
  const own = { resource: 'UnschedulablePod', action: updatePodToleration } as const;
  const tolerant = (one: Pod): Pod => ({
    ...one,
    spec: { ...one.spec!, tolerations: [{ operator: 'Exists' }] },
  });
  assert.equal(hinted(plugin, pod, own, { before: pod, after: tolerant(pod) }), 'QueueSkip');
  const honouring = spreading([constraint({ nodeTaintsPolicy: 'Honor' })]);
  assert.equal(hinted(plugin, honouring, own, { before: honouring, after: tolerant(honouring) }), 'Queue');
});

test('queueing hints: nodes', () => {
  const plugin = createPodTopologySpread(clusterOf(nodes));
  const pod = spreading([constraint()]);
  const [x, y] = nodes;
  const bare = makeNode('c');
  const tainted = makeNode('a', {
    labels: { zone: 'x' },
    spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] },
  });
  const event = (action: number) => ({ resource: 'Node', action }) as const;
  const { updateNodeLabel, updateNodeTaint } = Action;
  const cases: [string, string][] = [
    [hinted(plugin, pod, event(Action.add), { after: x! }), 'Queue'],
    [hinted(plugin, pod, event(Action.add), { after: bare }), 'QueueSkip'],
    [hinted(plugin, pod, event(Action.delete), { before: x! }), 'Queue'],
    [hinted(plugin, pod, event(Action.delete), { before: bare }), 'QueueSkip'],
    [hinted(plugin, pod, event(updateNodeLabel), { before: bare, after: x! }), 'Queue'],
    [hinted(plugin, pod, event(updateNodeLabel), { before: x!, after: y! }), 'Queue'],
    [hinted(plugin, pod, event(updateNodeLabel), { before: x!, after: x! }), 'QueueSkip'],
    [hinted(plugin, pod, event(updateNodeTaint), { before: tainted, after: x! }), 'Queue'],
    [hinted(plugin, pod, event(Action.updateNodeAllocatable), { before: x!, after: x! }), 'not registered'],
  ];
  for (const [index, [answer, expected]] of cases.entries()) assert.equal(answer, expected, `case ${index}`);
});
