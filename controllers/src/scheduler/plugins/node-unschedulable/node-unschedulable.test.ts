import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action } from '../../framework/events/cluster-event.ts';
import { clusterOf, makeNode, makePod, noFit, notHelpful, outcome, place } from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';

const cordoned = makeNode('a', { spec: { unschedulable: true } });
const open = makeNode('a');
const tolerant = makePod({ tolerations: [{ operator: 'Exists' }] });

test('cordoned nodes take only what tolerates it', () => {
  const cluster = clusterOf([cordoned]);
  assert.equal(outcome(place(makePod(), cluster)), noFit(1, '1 node(s) were unschedulable', notHelpful(1)));
  assert.equal(place(tolerant, cluster).nodeName, 'a');
});

test('filter', () => {
  const cluster = clusterOf([cordoned, makeNode('b')]);
  assert.deepEqual(filtered(nodeUnschedulable, makePod(), cluster), {
    a: 'UnschedulableAndUnresolvable: node(s) were unschedulable',
    b: 'Success',
  });
  const exact = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };
  for (const toleration of [{ operator: 'Exists' }, exact])
    assert.deepEqual(filtered(nodeUnschedulable, makePod({ tolerations: [toleration] }), cluster), {
      a: 'Success',
      b: 'Success',
    });
  const other = makePod({ tolerations: [{ ...exact, effect: 'NoExecute' }] });
  assert.deepEqual(filtered(nodeUnschedulable, other, clusterOf([cordoned])), {
    a: 'UnschedulableAndUnresolvable: node(s) were unschedulable',
  });
});

test('queueing hints', () => {
  const pod = makePod();
  const node = (action: number) => ({ resource: 'Node', action }) as const;
  assert.equal(hinted(nodeUnschedulable, pod, node(Action.add), { after: open }), 'Queue');
  assert.equal(hinted(nodeUnschedulable, pod, node(Action.add), { after: cordoned }), 'QueueSkip');
  const taint = node(Action.updateNodeTaint);
  assert.equal(hinted(nodeUnschedulable, pod, taint, { before: cordoned, after: open }), 'Queue');
  assert.equal(hinted(nodeUnschedulable, pod, taint, { before: open, after: open }), 'QueueSkip');
  assert.equal(hinted(nodeUnschedulable, pod, taint, { before: open, after: cordoned }), 'QueueSkip');
  assert.equal(hinted(nodeUnschedulable, pod, node(Action.updateNodeLabel), {}), 'not registered');
  const toleration = { resource: 'UnschedulablePod', action: Action.updatePodToleration } as const;
  const objects = (after: typeof pod) => ({ before: pod, after });
  assert.equal(
    hinted(nodeUnschedulable, pod, toleration, objects({ ...pod, spec: tolerant.spec! })),
    'Queue',
  );
  assert.equal(hinted(nodeUnschedulable, pod, toleration, objects(pod)), 'QueueSkip');
  assert.equal(hinted(nodeUnschedulable, pod, toleration, objects(tolerant)), 'QueueSkip');
});
