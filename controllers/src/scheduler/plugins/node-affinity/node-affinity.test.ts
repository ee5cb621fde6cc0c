import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../runtime/client/resource.ts';
import { Action } from '../../framework/events/cluster-event.ts';
import {
  clusterOf,
  makeNode,
  makePod,
  noFit,
  notHelpful,
  outcome,
  place,
  requesting,
} from '../../testing/cluster.ts';
import { filtered, hinted, scored } from '../../testing/plugin-cases.ts';
import { nodeAffinity } from './node-affinity.ts';

const nodes = [
  makeNode('a', { labels: { disk: 'ssd', size: '5' } }),
  makeNode('b', { labels: { disk: 'hdd', size: '9' } }),
];
const cluster = clusterOf(nodes);
const requiring = (nodeSelectorTerms: object[], more: object = {}): Pod =>
  makePod({
    ...more,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
const refused = "UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector";

test('node selector and node affinity', () => {
  assert.equal(place(makePod({ nodeSelector: { disk: 'hdd' } }), cluster).nodeName, 'b');
  assert.equal(
    outcome(place(makePod({ nodeSelector: { disk: 'tape' } }), cluster)),
    noFit(2, "2 node(s) didn't match Pod's node affinity/selector", notHelpful(2)),
  );
  const affine = (matchExpressions: object[], matchFields: object[] = []): Pod =>
    requiring([{ matchExpressions, matchFields }]);
  const placed = (pod: Pod, on = cluster) => place(pod, on).nodeName;
  assert.equal(placed(affine([{ key: 'disk', operator: 'In', values: ['hdd', 'x'] }])), 'b');
  assert.equal(placed(affine([{ key: 'disk', operator: 'NotIn', values: ['hdd'] }])), 'a');
  assert.equal(placed(affine([{ key: 'size', operator: 'Gt', values: ['5'] }])), 'b');
  assert.equal(placed(affine([{ key: 'size', operator: 'Lt', values: ['6'] }])), 'a');
  // The difference is lost in a double.
  const large = clusterOf([makeNode('c', { labels: { size: '9007199254740993' } })]);
  const above = (value: string) => placed(affine([{ key: 'size', operator: 'Gt', values: [value] }]), large);
  assert.equal(above('9007199254740992'), 'c');
  assert.equal(above('9007199254740993'), undefined);
  assert.equal(placed(affine([{ key: 'none', operator: 'Exists' }])), undefined);
  assert.equal(placed(affine([], [{ key: 'metadata.name', operator: 'In', values: ['b'] }])), 'b');
});

// Each message is kube-scheduler 1.36.3's own.
test('nodes that a Pod does not name are not looked at any further', () => {
  const two = clusterOf([makeNode('n1'), makeNode('n2')]);
  const named = (matchFields: string[][], more: object = {}, matchExpressions: object[] = []): Pod =>
    requiring(
      [
        {
          matchFields: matchFields.map((values) => ({ key: 'metadata.name', operator: 'In', values })),
          ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
        },
      ],
      more,
    );
  const unnamed = "1 node(s) didn't satisfy plugin(s) [NodeAffinity]";
  assert.equal(place(named([['n2']]), two).nodeName, 'n2');
  const containers = requesting({ cpu: '100' }).spec!.containers;
  assert.equal(
    outcome(place(named([['n1']], { containers }), two)),
    noFit(2, `1 Insufficient cpu, ${unnamed}`, notHelpful(2)),
  );
  assert.equal(
    outcome(place(named([['n7']]), two)),
    noFit(2, "2 node(s) didn't satisfy plugin(s) [NodeAffinity]", notHelpful(2)),
  );
  assert.equal(
    outcome(place(named([['n1'], ['n2']]), two)),
    '0/2 nodes are available: pod affinity terms conflict. not found',
  );
  assert.equal(
    outcome(place(named([['n1']], {}, [{ key: 'disk', operator: 'Exists' }]), two)),
    noFit(2, `1 node(s) didn't match Pod's node affinity/selector, ${unnamed}`, notHelpful(2)),
  );
});

test('a preferred node wins', () => {
  const preference = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] };
  const pod = makePod({
    affinity: {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference }] },
    },
  });
  assert.equal(place(pod, clusterOf([makeNode('a'), makeNode('b')])).nodeName, 'b');
});

test('preFilter and filter', () => {
  const named = (...values: string[]): object => ({
    matchFields: [{ key: 'metadata.name', operator: 'In', values }],
  });
  const ssd = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
  assert.equal(filtered(nodeAffinity, makePod(), cluster), 'Skip');
  const cases: [Pod, unknown][] = [
    [makePod({ nodeSelector: { disk: 'ssd' } }), { a: 'Success', b: refused }],
    [requiring([ssd]), { a: 'Success', b: refused }],
    [requiring([]), { a: refused, b: refused }],
    [requiring([{}]), { a: refused, b: refused }],
    [requiring([ssd, named('b')]), { a: 'Success', b: 'Success' }],
    [requiring([named('b', 'c'), named('a')]), 'nodes a, b, c'],
    [
      requiring([
        { matchFields: ['a', 'b'].map((name) => ({ key: 'metadata.name', operator: 'In', values: [name] })) },
      ]),
      'UnschedulableAndUnresolvable: pod affinity terms conflict',
    ],
  ];
  for (const [pod, expected] of cases) assert.deepEqual(filtered(nodeAffinity, pod, cluster), expected);
});

test('score: the sum of the weights of what matches, stretched to 100', () => {
  const prefer = (weight: number, key: string, ...values: string[]): object => ({
    weight,
    preference: { matchExpressions: [{ key, operator: 'In', values }] },
  });
  const preferring = (...preferred: object[]): Pod =>
    makePod({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } });
  assert.equal(scored(nodeAffinity, makePod(), cluster), 'Skip');
  assert.deepEqual(scored(nodeAffinity, preferring(prefer(1, 'disk', 'ssd')), cluster), { a: 100, b: 0 });
  const both = preferring(prefer(4, 'disk', 'ssd', 'hdd'), prefer(4, 'size', '9'));
  assert.deepEqual(scored(nodeAffinity, both, cluster), { a: 50, b: 100 });
  assert.deepEqual(scored(nodeAffinity, preferring(prefer(5, 'disk', 'x')), cluster), { a: 0, b: 0 });
});

test('queueing hints', () => {
  const pod = makePod({ nodeSelector: { disk: 'ssd' } });
  const [ssd, hdd] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const node = (action: number) => ({ resource: 'Node', action }) as const;
  const { updateNodeLabel } = Action;
  assert.equal(hinted(nodeAffinity, pod, node(Action.add), { after: ssd }), 'Queue');
  assert.equal(hinted(nodeAffinity, pod, node(Action.add), { after: hdd }), 'QueueSkip');
  assert.equal(hinted(nodeAffinity, pod, node(updateNodeLabel), { before: hdd, after: ssd }), 'Queue');
  assert.equal(hinted(nodeAffinity, pod, node(updateNodeLabel), { before: ssd, after: ssd }), 'QueueSkip');
  assert.equal(hinted(nodeAffinity, pod, node(updateNodeLabel), { before: ssd, after: hdd }), 'QueueSkip');
  assert.equal(hinted(nodeAffinity, pod, node(Action.updateNodeTaint), { after: ssd }), 'not registered');
});
