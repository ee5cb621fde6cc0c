import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../runtime/client/resource.ts';
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
} from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import { nodePorts } from './node-ports.ts';

const wanting = (...ports: object[]): Pod => makePod({ containers: [{ name: 'c', image: 'i', ports }] });
const refused = "Unschedulable: node(s) didn't have free ports for the requested pod ports";

test('host ports', () => {
  const cluster = clusterOf([makeNode('a')], [[wanting({ hostPort: 80, hostIP: '10.0.0.1' }), 'a']]);
  assert.equal(
    outcome(place(wanting({ hostPort: 80 }), cluster)),
    noFit(1, "1 node(s) didn't have free ports for the requested pod ports", noVictims(1)),
  );
  assert.equal(place(wanting({ hostPort: 80, hostIP: '10.0.0.2' }), cluster).nodeName, 'a');
  assert.equal(place(wanting({ hostPort: 80, protocol: 'UDP' }), cluster).nodeName, 'a');
});

test('preFilter and filter', () => {
  const cluster = clusterOf([makeNode('a'), makeNode('b')], [[wanting({ hostPort: 80 }), 'a']]);
  const cases: [Pod, unknown][] = [
    [makePod(), 'Skip'],
    [wanting({ containerPort: 80 }), 'Skip'],
    [wanting({ hostPort: 80 }), { a: refused, b: 'Success' }],
    [wanting({ hostPort: 80, hostIP: '10.0.0.1' }), { a: refused, b: 'Success' }],
    [wanting({ hostPort: 81 }, { hostPort: 80 }), { a: refused, b: 'Success' }],
    [wanting({ hostPort: 80, protocol: 'SCTP' }), { a: 'Success', b: 'Success' }],
    [
      makePod({
        containers: [],
        initContainers: [{ name: 'i', restartPolicy: 'Always', ports: [{ hostPort: 80 }] }],
      }),
      { a: refused, b: 'Success' },
    ],
    [makePod({ containers: [], initContainers: [{ name: 'i', ports: [{ hostPort: 80 }] }] }), 'Skip'],
  ];
  for (const [pod, expected] of cases) assert.deepEqual(filtered(nodePorts, pod, cluster), expected);
});

test('queueing hints', () => {
  const pod = wanting({ hostPort: 80 });
  const gone = (before: Pod) => hinted(nodePorts, pod, assignedPodDelete, { before });
  assert.equal(gone(onNode(wanting({ hostPort: 80 }), 'a')), 'Queue');
  assert.equal(gone(onNode(wanting({ hostPort: 80, hostIP: '10.0.0.1' }), 'a')), 'Queue');
  assert.equal(gone(onNode(wanting({ hostPort: 81 }), 'a')), 'QueueSkip');
  assert.equal(gone(onNode(makePod(), 'a')), 'QueueSkip');
  assert.equal(gone(wanting({ hostPort: 80 })), 'QueueSkip', 'it had no node');
  assert.equal(hinted(nodePorts, pod, assignedPodAdd, { after: pod }), 'not registered');
  const node = (action: number) => ({ resource: 'Node', action }) as const;
  assert.equal(hinted(nodePorts, pod, node(Action.add), { after: makeNode('b') }), 'Queue');
  assert.equal(hinted(nodePorts, pod, node(Action.updateNodeLabel), {}), 'not registered');
});
