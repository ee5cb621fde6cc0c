import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action } from '../../framework/events/cluster-event.ts';
import { clusterOf, makeNode, makePod } from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import { nodeName } from './node-name.ts';

test('preFilter and filter', () => {
  const cluster = clusterOf([makeNode('a'), makeNode('b')]);
  assert.equal(filtered(nodeName, makePod(), cluster), 'Skip');
  assert.deepEqual(filtered(nodeName, makePod({ nodeName: 'b' }), cluster), {
    a: "UnschedulableAndUnresolvable: node(s) didn't match the requested node name",
    b: 'Success',
  });
});

test('queueing hints', () => {
  const after = makeNode('a');
  assert.equal(hinted(nodeName, makePod(), { resource: 'Node', action: Action.add }, { after }), 'Queue');
  const label = { resource: 'Node', action: Action.updateNodeLabel } as const;
  assert.equal(hinted(nodeName, makePod(), label, { before: after, after }), 'not registered');
});
