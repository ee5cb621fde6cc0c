import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CycleState } from '../../framework/cycle-state.ts';
import { NodeStatuses } from '../../framework/fit-error.ts';
import { unresolvable, unschedulable } from '../../framework/status.ts';
import { clusterOf, makeNode, makePod } from '../../testing/cluster.ts';
import { createDefaultPreemption } from './default-preemption.ts';

test('postFilter says for how many nodes removing Pods could help', () => {
  const plugin = createDefaultPreemption(clusterOf([makeNode('a'), makeNode('b'), makeNode('c')]));
  const statuses = new NodeStatuses();
  const reported = (pod = makePod()) => plugin.postFilter(new CycleState(), pod, statuses).status?.message;
  const none = 'preemption: 0/3 nodes are available';
  statuses.absent = unresolvable('x');
  assert.equal(reported(), `${none}: 3 Preemption is not helpful for scheduling.`);
  statuses.set('a', unschedulable('y'));
  assert.equal(
    reported(),
    `${none}: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.`,
  );
  assert.equal(
    reported(makePod({ preemptionPolicy: 'Never' })),
    'preemption: not eligible due to preemptionPolicy=Never.',
  );
});
