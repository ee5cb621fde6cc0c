/**
 * What scheduling costs. One decision, by Pods and nodes in the cluster, as a ratio to the smallest: it must
 * grow with the nodes, which are all asked, and not with the Pods. And 10,000 Pods that are taken from the
 * queue and given to 1,000 nodes one after the other, without an API.
 */
import type { Client } from '../src/runtime/client/client.ts';
import type { Node, Pod } from '../src/runtime/client/resource.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { SchedulingCycle } from '../src/scheduler/framework/cycles/scheduling-cycle.ts';
import { ClusterState } from '../src/scheduler/framework/nodes/cluster-state.ts';
import type { Profile } from '../src/scheduler/framework/profile.ts';
import { WaitingPods } from '../src/scheduler/framework/waiting-pods.ts';
import { createDefaultProfile } from '../src/scheduler/plugins/default-plugins.ts';
import { SchedulingQueue } from '../src/scheduler/queue/scheduling-queue.ts';
import pino from 'pino';

const quick = process.env['PG8S_BENCH_QUICK'] === '1';
const decisions = quick ? 100 : 400;

const node = (name: string): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: { cpu: '64', memory: '256Gi', pods: '110' } },
  }) as Node;

const pod = (serial: number, requests: object | undefined): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${serial}`,
      namespace: 'default',
      uid: `uid-${serial}`,
      labels: { app: 'web' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'owner', controller: true },
      ],
    },
    spec: { containers: [{ name: 'c', image: 'nginx', resources: requests ? { requests } : {} }] },
  }) as Pod;

function profileOf(snapshot: ClusterState): Profile {
  return createDefaultProfile('default-scheduler', {
    client: {} as Client,
    snapshot,
    namespaceLabels: () => ({}),
    storage: {
      claim: () => undefined,
      volume: () => undefined,
      volumesOfClass: () => [],
      storageClass: () => undefined,
      assumedNode: () => undefined,
      assumedClaim: () => undefined,
    },
    binder: { assume: () => () => undefined, bind: () => Promise.resolve() },
  });
}

/** Schedules Pods over a cluster; each is counted on its node. */
function schedulerOf(clusterState: ClusterState): (pod: Pod) => string {
  const waitingPods = new WaitingPods(systemClock);
  const profile = profileOf(clusterState);
  const sources = { profile, snapshot: clusterState, clusterState, waitingPods, random: Math.random };
  return (one) => {
    const { nodeName } = new SchedulingCycle(sources, one).run();
    if (nodeName === undefined) throw new Error('no node');
    return nodeName;
  };
}

function measure(nodeCount: number, podCount: number, requests: object | undefined): number {
  const state = new ClusterState();
  for (let index = 0; index < nodeCount; index++) state.setNode(node(`node-${index}`));
  for (let index = 0; index < podCount; index++) {
    const one = pod(index, requests);
    state.setPod({ ...one, spec: { ...one.spec!, nodeName: `node-${index % nodeCount}` } });
  }
  const schedule = schedulerOf(state);
  const place = (serial: number): void => {
    const one = pod(serial, requests);
    schedule(one);
    state.removePod(one);
  };
  for (let index = 0; index < 50; index++) place(1_000_000 + index);
  const started = performance.now();
  for (let index = 0; index < decisions; index++) place(2_000_000 + index);
  return (performance.now() - started) / decisions;
}

/** Pods a second, from the queue to a node. */
async function measureQueue(nodeCount: number, podCount: number): Promise<number> {
  const state = new ClusterState();
  for (let index = 0; index < nodeCount; index++) state.setNode(node(`node-${index}`));
  const queue = new SchedulingQueue({
    profile: profileOf(state),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  const schedule = schedulerOf(state);
  const started = performance.now();
  for (let index = 0; index < podCount; index++) queue.add(pod(index, { cpu: '100m', memory: '64Mi' }));
  for (let placed = 0; placed < podCount; placed++) {
    const queued = (await queue.pop())!;
    const nodeName = schedule(queued.pod);
    queue.done(queued);
    const bound = { ...queued.pod, spec: { ...queued.pod.spec!, nodeName } };
    queue.delete(bound);
    state.setPod(bound);
  }
  queue.close();
  return (podCount / (performance.now() - started)) * 1000;
}

const sizes: [nodes: number, pods: number][] = [
  [100, 100],
  [100, 3_000],
  [100, 10_000],
  [1_000, 1_000],
  [1_000, 10_000],
];

// The compiler's work is not part of it.
measure(100, 1_000, { cpu: '100m' });
for (const [label, requests] of [
  ['without requests', undefined],
  ['with requests', { cpu: '100m', memory: '64Mi' }],
] as const) {
  const base = new Map<number, number>();
  for (const [nodes, pods] of sizes) {
    const milliseconds = measure(nodes, pods, requests);
    const first = base.get(nodes) ?? milliseconds;
    base.set(nodes, first);
    const ratio = (milliseconds / first).toFixed(1);
    console.log(
      `decision, ${nodes} nodes, ${pods} Pods ${label}: ${milliseconds.toFixed(3)} ms, ${ratio}× the fewest Pods`,
    );
  }
}

const total = quick ? 2_000 : 10_000;
const perSecond = await measureQueue(1_000, total);
console.log(`${total} Pods, one after the other, onto 1000 nodes: ${perSecond.toFixed(0)} Pods/s`);
