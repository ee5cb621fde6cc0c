import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
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
  requesting,
} from '../../testing/cluster.ts';
import { filtered, hinted, scored } from '../../testing/plugin-cases.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';

const small = makeNode('a', { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } });

test('resources: what is left counts, sidecars, init containers, overhead and the number of Pods too', () => {
  const reported = (pod: Pod, placed: [Pod, string][] = []) =>
    outcome(place(pod, clusterOf([small], placed)));
  assert.equal(reported(requesting({ cpu: '1' })), 'placed on a');
  assert.equal(
    reported(requesting({ cpu: '1001m', memory: '2Gi' })),
    noFit(1, '1 Insufficient cpu, 1 Insufficient memory', notHelpful(1)),
  );
  assert.equal(
    reported(requesting({ cpu: '600m' }), [[requesting({ cpu: '500m' }), 'a']]),
    noFit(1, '1 Insufficient cpu', noVictims(1)),
  );
  assert.equal(
    reported(makePod(), [
      [makePod(), 'a'],
      [makePod(), 'a'],
    ]),
    noFit(1, '1 Too many pods', noVictims(1)),
  );
  const init = requesting(
    { cpu: '100m' },
    { initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '2' } } }] },
  );
  const none = noFit(1, '1 Insufficient cpu', notHelpful(1));
  assert.equal(reported(init), none);
  const sidecar = requesting(
    { cpu: '600m' },
    {
      initContainers: [
        { name: 'i', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
      ],
    },
  );
  assert.equal(reported(sidecar), none);
  assert.equal(reported(requesting({ cpu: '900m' }, { overhead: { cpu: '200m' } })), none);
  assert.equal(
    reported(requesting({ 'example.com/gpu': '1' })),
    noFit(1, '1 Insufficient example.com/gpu', notHelpful(1)),
  );
});

test('filter: hopeless is what does not fit on the empty node either', () => {
  const cluster = clusterOf([small, makeNode('b')], [[requesting({ cpu: '800m' }), 'a']]);
  const cases: [object, string, string][] = [
    [{}, 'Success', 'Success'],
    [{ cpu: '0' }, 'Success', 'Success'],
    [{ cpu: '200m' }, 'Success', 'Success'],
    [{ cpu: '201m' }, 'Unschedulable: Insufficient cpu', 'Success'],
    [{ cpu: '2' }, 'UnschedulableAndUnresolvable: Insufficient cpu', 'Success'],
    [
      { cpu: '201m', memory: '2Gi' },
      'UnschedulableAndUnresolvable: Insufficient cpu, Insufficient memory',
      'Success',
    ],
    [
      { 'ephemeral-storage': '1Gi' },
      'UnschedulableAndUnresolvable: Insufficient ephemeral-storage',
      'UnschedulableAndUnresolvable: Insufficient ephemeral-storage',
    ],
  ];
  for (const [requests, a, b] of cases)
    assert.deepEqual(filtered(nodeResourcesFit, requesting(requests), cluster), { a, b });
});

test('score: the mean of what would be left of CPU and memory', () => {
  const even = { cpu: '1', memory: '1000Mi', pods: '10' };
  const nodes = [makeNode('empty', { allocatable: even }), makeNode('half', { allocatable: even })];
  const cluster = clusterOf(nodes, [[requesting({ cpu: '500m', memory: '500Mi' }), 'half']]);
  const pod = requesting({ cpu: '200m', memory: '100Mi' });
  assert.deepEqual(scored(nodeResourcesFit, pod, cluster), { empty: 85, half: 35 });
  // 0.1 CPU and 200 MiB are counted for a container that requests nothing.
  assert.deepEqual(scored(nodeResourcesFit, makePod(), cluster), { empty: 85, half: 35 });
  const huge = requesting({ cpu: '10', memory: '100Mi' });
  assert.deepEqual(scored(nodeResourcesFit, huge, cluster), { empty: 45, half: 20 });
});

test('queueing hints: Pods', () => {
  const pod = requesting({ cpu: '1' });
  const scaleDown = { resource: 'AssignedPod', action: Action.updatePodScaleDown } as const;
  const other = onNode(requesting({ cpu: '2', memory: '1Gi' }), 'a');
  const scaled = (requests: object): Pod => ({
    ...other,
    spec: { ...other.spec!, containers: requesting(requests).spec!.containers },
  });
  const cases: [string, string][] = [
    [hinted(nodeResourcesFit, pod, assignedPodDelete, { before: other }), 'Queue'],
    [hinted(nodeResourcesFit, pod, assignedPodDelete, { before: requesting({ cpu: '2' }) }), 'QueueSkip'],
    [hinted(nodeResourcesFit, pod, assignedPodAdd, { after: other }), 'not registered'],
    [
      hinted(nodeResourcesFit, pod, scaleDown, { before: other, after: scaled({ cpu: '1', memory: '1Gi' }) }),
      'Queue',
    ],
    [hinted(nodeResourcesFit, pod, scaleDown, { before: other, after: scaled({ cpu: '2' }) }), 'QueueSkip'],
    [hinted(nodeResourcesFit, pod, scaleDown, { before: pod, after: pod }), 'Queue'],
    [
      hinted(nodeResourcesFit, pod, scaleDown, {
        before: requesting({ cpu: '3' }),
        after: requesting({ cpu: '1' }),
      }),
      'QueueSkip',
    ],
    [
      hinted(nodeResourcesFit, pod, { resource: 'AssignedPod', action: Action.updatePodLabel }, {}),
      'not registered',
    ],
  ];
  for (const [index, [answer, expected]] of cases.entries()) assert.equal(answer, expected, `case ${index}`);
});

test('queueing hints: nodes', () => {
  const pod = requesting({ cpu: '2' });
  const sized = (cpu: string, more: object = {}): Node => makeNode('a', { allocatable: { cpu, ...more } });
  const hint = (action: number, before: Node | undefined, after: Node) =>
    hinted(nodeResourcesFit, pod, { resource: 'Node', action }, { ...(before ? { before } : {}), after });
  assert.equal(hint(Action.add, undefined, sized('4')), 'Queue');
  assert.equal(hint(Action.add, undefined, sized('1')), 'QueueSkip');
  assert.equal(hint(Action.updateNodeAllocatable, sized('1'), sized('4')), 'Queue');
  assert.equal(hint(Action.updateNodeAllocatable, sized('2'), sized('4')), 'Queue');
  assert.equal(hint(Action.updateNodeAllocatable, sized('4'), sized('3')), 'QueueSkip');
  assert.equal(hint(Action.updateNodeAllocatable, sized('4'), sized('4', { memory: '64Gi' })), 'QueueSkip');
  assert.equal(hint(Action.updateNodeAllocatable, sized('4'), sized('4', { pods: '200' })), 'Queue');
  assert.equal(hint(Action.updateNodeTaint, sized('1'), sized('4')), 'not registered');
});
