import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action } from '../../framework/events/cluster-event.ts';
import { makePod } from '../../testing/cluster.ts';
import { hinted } from '../../testing/plugin-cases.ts';
import { schedulingGates } from './scheduling-gates.ts';

test('preEnqueue', () => {
  assert.equal(schedulingGates.preEnqueue(makePod()), undefined);
  assert.equal(schedulingGates.preEnqueue(makePod({ schedulingGates: [] })), undefined);
  const status = schedulingGates.preEnqueue(makePod({ schedulingGates: [{ name: 'a' }, { name: 'b' }] }));
  assert.equal(status?.code, 'UnschedulableAndUnresolvable');
  assert.equal(status.message, 'waiting for scheduling gates: [a b]');
});

test('queueing hints', () => {
  const pod = makePod();
  const gone = {
    resource: 'UnschedulablePod',
    action: Action.updatePodSchedulingGatesEliminated,
  } as const;
  assert.equal(hinted(schedulingGates, pod, gone, { before: pod, after: pod }), 'Queue');
  assert.equal(hinted(schedulingGates, pod, gone, { before: pod, after: makePod() }), 'QueueSkip');
  const label = { resource: 'UnschedulablePod', action: Action.updatePodLabel } as const;
  assert.equal(hinted(schedulingGates, pod, label, { before: pod, after: pod }), 'not registered');
});
