import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../runtime/client/resource.ts';
import { Action, assignedPodAdd, assignedPodDelete } from '../../framework/events/cluster-event.ts';
import {
  clusterOf,
  makeNode,
  makePod,
  noFit,
  notHelpful,
  noVictims,
  onNode,
  outcome,
  place,
} from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import { createInterPodAffinity } from './inter-pod-affinity.ts';

const namespaceLabels = (namespace: string) => (namespace === 'labelled' ? { team: 'a' } : {});
const nodes = [
  makeNode('a', { labels: { zone: 'x' } }),
  makeNode('b', { labels: { zone: 'x' } }),
  makeNode('c', { labels: { zone: 'y' } }),
];
const web = { labels: { app: 'web' } };
const term = (topologyKey: string, rest: object = {}): object => ({
  topologyKey,
  labelSelector: { matchLabels: { app: 'web' } },
  ...rest,
});
const seeking = (terms: object[], metadata: object = {}): Pod =>
  makePod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } }, metadata);
const shunning = (terms: object[], metadata: object = {}): Pod =>
  makePod(
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } },
    metadata,
  );

test('Pods that shun each other, both ways; Pods that seek each other', () => {
  const reported = (pod: Pod, placed: [Pod, string][] = [], on = nodes) =>
    outcome(place(pod, clusterOf(on, placed), { namespaceLabels }));
  const shy = shunning([term('zone')], web);
  assert.equal(reported(shy, [[makePod({}, web), 'a']]), 'placed on c');
  assert.equal(reported(makePod({}, web), [[shy, 'a']]), 'placed on c', 'what is there shuns the newcomer');
  assert.equal(
    reported(shy, [[makePod({}, web), 'a']], nodes.slice(0, 2)),
    noFit(2, "2 node(s) didn't match pod anti-affinity rules", noVictims(2)),
  );
  const fond = seeking([term('zone')]);
  assert.equal(reported(fond, [[makePod({}, web), 'c']]), 'placed on c');
  assert.equal(reported(fond), noFit(3, "3 node(s) didn't match pod affinity rules", notHelpful(3)));
  const first = { ...fond, metadata: { ...fond.metadata, ...web } };
  assert.match(reported(first), /^placed on/, 'the first of its kind goes anywhere');
  const abroad = seeking([term('zone', { namespaceSelector: { matchLabels: { team: 'a' } } })]);
  const of = (namespace: string): Pod => makePod({}, { ...web, namespace });
  assert.equal(reported(abroad, [[of('labelled'), 'c']]), 'placed on c');
  assert.notEqual(reported(abroad, [[of('other'), 'c']]), 'placed on c');
});

const affinity = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
const antiAffinity = "Unschedulable: node(s) didn't match pod anti-affinity rules";
const existing = "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules";

test('preFilter and filter', () => {
  const said = (pod: Pod, ...placed: [Pod, string][]) => {
    const snapshot = clusterOf(nodes, placed);
    return filtered(createInterPodAffinity({ snapshot, namespaceLabels }), pod, snapshot);
  };
  const ok = 'Success';
  const inA: [Pod, string] = [makePod({}, web), 'a'];
  const cases: [string, unknown, unknown][] = [
    ['no terms', said(makePod(), inA), 'Skip'],
    [
      'anti-affinity of others that means somebody else',
      said(makePod(), [shunning([term('zone')]), 'a']),
      'Skip',
    ],
    ['same zone', said(seeking([term('zone')]), inA), { a: ok, b: ok, c: affinity }],
    ['same node', said(seeking([term('kubernetes.io/hostname')]), inA), { a: ok, b: affinity, c: affinity }],
    [
      'a label that no node has',
      said(seeking([term('rack')]), inA),
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'another namespace',
      said(seeking([term('zone')], { namespace: 'x' }), inA),
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'a named namespace',
      said(seeking([term('zone', { namespaces: ['default'] })], { namespace: 'x' }), inA),
      { a: ok, b: ok, c: affinity },
    ],
    [
      'every namespace',
      said(seeking([term('zone', { namespaceSelector: {} })], { namespace: 'x' }), inA),
      { a: ok, b: ok, c: affinity },
    ],
    ['anti-affinity', said(shunning([term('zone')]), inA), { a: antiAffinity, b: antiAffinity, c: ok }],
    [
      'anti-affinity of others',
      said(makePod({}, web), [shunning([term('zone')]), 'c']),
      { a: ok, b: ok, c: existing },
    ],
    ['nobody yet, and it is one itself', said(seeking([term('zone')], web)), { a: ok, b: ok, c: ok }],
    [
      'somebody elsewhere, and it is one itself',
      said(seeking([term('zone')], web), inA),
      { a: ok, b: ok, c: affinity },
    ],
  ];
  for (const [name, answer, expected] of cases) assert.deepEqual(answer, expected, name);
});

test('a Pod is near only those that all its terms mean', () => {
  const db = { labelSelector: { matchLabels: { tier: 'db' } } };
  const pod = seeking([term('zone'), term('kubernetes.io/hostname', db)]);
  const said = (...placed: [Pod, string][]) => {
    const snapshot = clusterOf(nodes, placed);
    return filtered(createInterPodAffinity({ snapshot, namespaceLabels }), pod, snapshot);
  };
  const both = makePod({}, { labels: { app: 'web', tier: 'db' } });
  assert.deepEqual(said([both, 'a']), { a: 'Success', b: affinity, c: affinity });
  const apart: [Pod, string][] = [
    [makePod({}, web), 'a'],
    [makePod({}, { labels: { tier: 'db' } }), 'a'],
  ];
  assert.deepEqual(said(...apart), { a: affinity, b: affinity, c: affinity });
});

test('label keys narrow a term to Pods of the same, or of another, value', () => {
  const v = (version: string): object => ({ labels: { app: 'web', version } });
  const said = (pod: Pod) => {
    const snapshot = clusterOf(nodes, [[makePod({}, v('1')), 'a']]);
    return filtered(createInterPodAffinity({ snapshot, namespaceLabels }), pod, snapshot);
  };
  const same = term('zone', { matchLabelKeys: ['version'] });
  assert.deepEqual(said(shunning([same], v('1'))), { a: antiAffinity, b: antiAffinity, c: 'Success' });
  assert.deepEqual(said(shunning([same], v('2'))), { a: 'Success', b: 'Success', c: 'Success' });
  const other = term('zone', { mismatchLabelKeys: ['version'] });
  assert.deepEqual(said(shunning([other], v('1'))), { a: 'Success', b: 'Success', c: 'Success' });
  assert.deepEqual(said(shunning([other], v('2'))), { a: antiAffinity, b: antiAffinity, c: 'Success' });
});

test('queueing hints: Pods', () => {
  const plugin = createInterPodAffinity({ snapshot: clusterOf(nodes), namespaceLabels });
  const fond = seeking([term('zone')]);
  const shy = shunning([term('zone')]);
  const other = onNode(makePod({}, web), 'a');
  const stranger = onNode(makePod(), 'a');
  const added = (pod: Pod, after: Pod) => hinted(plugin, pod, assignedPodAdd, { after });
  const gone = (pod: Pod, before: Pod) => hinted(plugin, pod, assignedPodDelete, { before });
  assert.equal(added(fond, other), 'Queue');
  assert.equal(added(fond, stranger), 'QueueSkip');
  assert.equal(added(fond, makePod({}, web)), 'QueueSkip', 'it has no node');
  assert.equal(added(shy, other), 'QueueSkip');
  assert.equal(gone(shy, other), 'Queue');
  assert.equal(gone(shy, stranger), 'QueueSkip');
  assert.equal(gone(fond, other), 'QueueSkip');
  assert.equal(gone(makePod({}, web), onNode(shy, 'a')), 'Queue', 'its anti-affinity is gone too');
  const label = { resource: 'AssignedPod', action: Action.updatePodLabel } as const;
  const relabelled = (pod: Pod, before: Pod, after: Pod) => hinted(plugin, pod, label, { before, after });
  assert.equal(relabelled(fond, stranger, other), 'Queue');
  assert.equal(relabelled(fond, other, stranger), 'QueueSkip');
  assert.equal(relabelled(shy, other, stranger), 'Queue');
  assert.equal(relabelled(shy, stranger, other), 'QueueSkip');
  const own = { resource: 'UnschedulablePod', action: Action.updatePodLabel } as const;
  assert.equal(hinted(plugin, fond, own, { before: fond, after: fond }), 'Queue');
});

test('queueing hints: nodes', () => {
  const plugin = createInterPodAffinity({ snapshot: clusterOf(nodes), namespaceLabels });
  const fond = seeking([term('zone')]);
  const shy = shunning([term('zone')]);
  const [x, , y] = nodes;
  const bare = makeNode('a');
  const added = (pod: Pod, after: object) =>
    hinted(plugin, pod, { resource: 'Node', action: Action.add }, { after: after as never });
  const changed = (pod: Pod, before: object, after: object) =>
    hinted(
      plugin,
      pod,
      { resource: 'Node', action: Action.updateNodeLabel },
      { before: before as never, after: after as never },
    );
  assert.equal(added(fond, x!), 'Queue');
  assert.equal(added(fond, bare), 'QueueSkip');
  assert.equal(added(shy, bare), 'Queue');
  assert.equal(changed(fond, bare, x!), 'Queue');
  assert.equal(changed(fond, x!, y!), 'Queue');
  assert.equal(changed(fond, x!, bare), 'QueueSkip');
  assert.equal(changed(shy, x!, bare), 'Queue');
  assert.equal(changed(shy, x!, y!), 'Queue');
  assert.equal(changed(shy, bare, x!), 'QueueSkip');
  const taint = { resource: 'Node', action: Action.updateNodeTaint } as const;
  assert.equal(hinted(plugin, fond, taint, {}), 'not registered');
});
