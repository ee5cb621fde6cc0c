import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action } from '../../framework/events/cluster-event.ts';
import { clusterOf, makeNode, makePod, noFit, notHelpful, outcome, place } from '../../testing/cluster.ts';
import { filtered, hinted, scored } from '../../testing/plugin-cases.ts';
import { taintToleration } from './taint-toleration.ts';

const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const tainted = makeNode('a', { spec: { taints: [taint] } });
const tolerating = (...tolerations: object[]) => makePod({ tolerations });

test('taints', () => {
  const cases: [object | undefined, boolean][] = [
    [undefined, false],
    [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, true],
    [{ key: 'gpu', value: 'yes' }, true],
    [{ key: 'gpu', value: 'no' }, false],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
  ];
  const cluster = clusterOf([tainted]);
  for (const [toleration, fits] of cases) {
    const result = place(toleration ? tolerating(toleration) : makePod(), cluster);
    assert.equal(result.nodeName === 'a', fits, JSON.stringify(toleration));
  }
  assert.equal(
    outcome(place(makePod(), cluster)),
    noFit(1, '1 node(s) had untolerated taint(s)', notHelpful(1)),
  );
});

test('filter: NoSchedule and NoExecute keep Pods away, PreferNoSchedule does not', () => {
  const cluster = clusterOf(
    ['NoSchedule', 'NoExecute', 'PreferNoSchedule'].map((effect) =>
      makeNode(effect, { spec: { taints: [{ key: 'k', effect }] } }),
    ),
  );
  const refused = 'UnschedulableAndUnresolvable: node(s) had untolerated taint(s)';
  assert.deepEqual(filtered(taintToleration, makePod(), cluster), {
    NoSchedule: refused,
    NoExecute: refused,
    PreferNoSchedule: 'Success',
  });
});

test('nodes whose PreferNoSchedule taints are not tolerated are avoided', () => {
  const disliked = makeNode('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
  assert.equal(place(makePod(), clusterOf([disliked, makeNode('b')])).nodeName, 'b');
});

test('score: 100 without, less by each PreferNoSchedule taint that is not tolerated', () => {
  const prefer = (key: string) => ({ key, effect: 'PreferNoSchedule' });
  const cluster = clusterOf([
    makeNode('none'),
    makeNode('one', { spec: { taints: [prefer('x'), taint] } }),
    makeNode('two', { spec: { taints: [prefer('x'), prefer('y')] } }),
  ]);
  assert.deepEqual(scored(taintToleration, makePod(), cluster), { none: 100, one: 50, two: 0 });
  const pod = tolerating({ key: 'x', operator: 'Exists' });
  assert.deepEqual(scored(taintToleration, pod, cluster), { none: 100, one: 100, two: 0 });
  const other = tolerating({ key: 'x', operator: 'Exists', effect: 'NoSchedule' });
  assert.deepEqual(scored(taintToleration, other, cluster), { none: 100, one: 50, two: 0 });
});

test('queueing hints', () => {
  const pod = makePod();
  const open = makeNode('a');
  const node = (action: number) => ({ resource: 'Node', action }) as const;
  const hint = (action: number, before: typeof open | undefined, after: typeof open) =>
    hinted(taintToleration, pod, node(action), { ...(before ? { before } : {}), after });
  assert.equal(hint(Action.add, undefined, open), 'Queue');
  assert.equal(hint(Action.add, undefined, tainted), 'QueueSkip');
  assert.equal(hint(Action.updateNodeTaint, tainted, open), 'Queue');
  assert.equal(hint(Action.updateNodeTaint, open, open), 'QueueSkip');
  assert.equal(hint(Action.updateNodeTaint, open, tainted), 'QueueSkip');
  assert.equal(hint(Action.updateNodeLabel, tainted, open), 'not registered');
  const toleration = { resource: 'UnschedulablePod', action: Action.updatePodToleration } as const;
  assert.equal(hinted(taintToleration, pod, toleration, { before: pod, after: pod }), 'Queue');
  assert.equal(hinted(taintToleration, pod, toleration, { before: pod, after: makePod() }), 'QueueSkip');
});
