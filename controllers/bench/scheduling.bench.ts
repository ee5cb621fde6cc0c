/**
 * What one scheduling decision costs, by Pods and nodes in the cluster, as a ratio to the smallest: it must grow with the
 * nodes, which are all asked, and not with the Pods.
 */
import type { Node, Pod } from '../src/runtime/client/resource.ts';
import { ClusterState } from '../src/scheduler/framework/nodes/cluster-state.ts';
import { decide } from '../src/scheduler/framework/cycles/scheduling-algorithm.ts';
import { defaultProfile } from '../src/scheduler/plugins/default-plugins.ts';

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

function measure(nodeCount: number, podCount: number, requests: object | undefined): number {
  const state = new ClusterState();
  for (let index = 0; index < nodeCount; index++) state.setNode(node(`node-${index}`));
  for (let index = 0; index < podCount; index++) {
    const one = pod(index, requests);
    state.setPod({ ...one, spec: { ...one.spec!, nodeName: `node-${index % nodeCount}` } });
  }
  const profile = defaultProfile({
    namespaceLabels: () => ({}),
    storage: {
      claim: () => undefined,
      volume: () => undefined,
      volumesOfClass: () => [],
      storageClass: () => undefined,
      assumedNode: () => undefined,
      assumedClaim: () => undefined,
    },
  });
  const place = (serial: number): void => {
    const one = pod(serial, requests);
    const { nodeName } = decide(one, state.nodes(), profile, Math.random);
    if (nodeName === undefined) throw new Error('no node');
    state.assume(one, nodeName);
    state.removePod(one);
  };
  for (let index = 0; index < 50; index++) place(1_000_000 + index);
  const started = performance.now();
  for (let index = 0; index < decisions; index++) place(2_000_000 + index);
  return (performance.now() - started) / decisions;
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
