import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode, makePod, onNode, requesting } from '../../testing/cluster.ts';
import { Action, type ClusterEvent, matchesEvent, on } from './cluster-event.ts';
import { nodeSchedulingChanges, podSchedulingChanges } from './scheduling-changes.ts';

const actions = (events: readonly ClusterEvent[]): number[] => events.map(({ action }) => action);

test('what an update of a Pod means', () => {
  const pod = makePod({ schedulingGates: [{ name: 'g' }] }, { labels: { a: 'b' } });
  const changed = (spec: object, metadata: object = {}) =>
    actions(
      podSchedulingChanges(pod, {
        ...pod,
        metadata: { ...pod.metadata, ...metadata },
        spec: { ...pod.spec!, ...spec },
      }),
    );
  assert.deepEqual(changed({}, { labels: { a: 'c' } }), [Action.updatePodLabel]);
  assert.deepEqual(changed({ schedulingGates: [] }), [Action.updatePodSchedulingGatesEliminated]);
  assert.deepEqual(changed({ tolerations: [{ operator: 'Exists' }] }), [Action.updatePodToleration]);
  assert.deepEqual(changed({}, { annotations: { x: 'y' } }), [Action.update]);
  const [large, small] = [requesting({ cpu: '2' }), requesting({ cpu: '1' })];
  assert.deepEqual(actions(podSchedulingChanges(large, small)), [Action.updatePodScaleDown]);
  assert.deepEqual(actions(podSchedulingChanges(small, large)), [Action.update]);
  assert.equal(podSchedulingChanges(small, onNode(large, 'a'))[0]!.resource, 'AssignedPod');
  assert.equal(podSchedulingChanges(small, large)[0]!.resource, 'UnschedulablePod');
});

test('what an update of a Node means; heartbeats mean nothing', () => {
  const ready = (status: string, lastHeartbeatTime: string) => ({
    conditions: [{ type: 'Ready', status, lastHeartbeatTime }],
  });
  const node = {
    ...makeNode('a'),
    status: { allocatable: { cpu: '4' }, ...ready('True', '1') },
  } as never as ReturnType<typeof makeNode>;
  const changed = (part: object) => actions(nodeSchedulingChanges(node, { ...node, ...part }));
  const status = (more: object) => ({ status: { ...node.status, ...more } });
  assert.deepEqual(changed(status(ready('True', '2'))), []);
  assert.deepEqual(changed(status(ready('False', '2'))), [Action.updateNodeCondition]);
  assert.deepEqual(changed(status({ allocatable: { cpu: '8' } })), [Action.updateNodeAllocatable]);
  assert.deepEqual(changed({ metadata: { name: 'a', labels: { x: 'y' } } }), [Action.updateNodeLabel]);
  assert.deepEqual(changed({ metadata: { ...node.metadata, annotations: { x: 'y' } } }), [
    Action.updateNodeAnnotation,
  ]);
  assert.deepEqual(changed({ spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }), [
    Action.updateNodeTaint,
  ]);
  assert.deepEqual(changed({ spec: { unschedulable: true } }), [], 'a cordon helps nobody');
  const cordoned = makeNode('a', { spec: { unschedulable: true } });
  assert.deepEqual(actions(nodeSchedulingChanges(cordoned, makeNode('a'))), [Action.updateNodeTaint]);
});

test('an event matches what was registered for it', () => {
  const event = (resource: ClusterEvent['resource'], action: number): ClusterEvent => ({ resource, action });
  const pods = on('Pod', Action.add | Action.updatePodLabel);
  assert.equal(matchesEvent(pods, event('AssignedPod', Action.add)), true);
  assert.equal(matchesEvent(pods, event('UnschedulablePod', Action.updatePodLabel)), true);
  assert.equal(matchesEvent(pods, event('AssignedPod', Action.delete)), false);
  assert.equal(matchesEvent(pods, event('Node', Action.add)), false);
  assert.equal(matchesEvent(pods, event('AssignedPod', Action.update)), false, 'an unspecific update');
  const claims = on('PersistentVolumeClaim', Action.add | Action.update);
  assert.equal(matchesEvent(claims, event('PersistentVolumeClaim', Action.update)), true);
  const everything = { resource: '*', action: Action.all, hint: undefined } as const;
  assert.equal(matchesEvent(everything, event('Node', Action.delete)), true);
});
