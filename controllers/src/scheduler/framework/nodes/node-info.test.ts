import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { ClusterState } from './cluster-state.ts';
import { NodeInfo } from './node-info.ts';
import { countedRequests, podRequests } from './pod-resources.ts';

/** Random numbers that a seed brings back. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomPod(serial: number, below: (limit: number) => number): Pod {
  const some = <T>(...choices: T[]): T => choices[below(choices.length)]!;
  const container = (name: string): object => ({
    name,
    image: 'i',
    resources: {
      requests: {
        ...some({}, { cpu: some('100m', '0.5', '2', '0') }),
        ...some({}, { memory: some('64Mi', '1Gi', '1e3') }),
        ...some({}, {}, { 'example.com/gpu': '1' }),
      },
    },
    ports: some(
      [],
      [{ hostPort: 80 + below(3), hostIP: some('', '10.0.0.1'), protocol: some('TCP', 'UDP') }],
    ),
  });
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: {} };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `p${serial}`,
      uid: `u${serial}`,
      namespace: 'default',
      ...some({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ...some(
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'R', name: 'r', uid: `r${below(3)}`, controller: true },
          ],
        },
      ),
    },
    spec: {
      containers: Array.from({ length: 1 + below(2) }, (_, index) => container(`c${index}`)),
      ...some({}, { initContainers: [{ ...container('i'), restartPolicy: some('Always', undefined) }] }),
      ...some({}, {}, { overhead: { cpu: '10m' } }),
      ...some({}, {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: `c${below(3)}` } }] }),
      ...some(
        {},
        { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
      ),
    },
  } as unknown as Pod;
}

const sumsOf = (info: NodeInfo): object => ({
  requested: new Map([...info.requested].sort()),
  counted: new Map([...info.counted].sort()),
  hostPorts: info.hostPorts.list(),
  podsOfOwner: new Map([...info.podsOfOwner].sort()),
  podsOfClaim: new Map([...info.podsOfClaim].sort()),
  withAntiAffinity: [...info.withAntiAffinity.keys()].sort(),
  pods: [...info.pods.keys()].sort(),
});

test('the sums of every node are those of a recount, whatever comes, changes and goes', (context) => {
  const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 2 ** 32);
  context.diagnostic(`PG8S_TEST_SEED=${seed}`);
  const below = randomOf(seed);
  const state = new ClusterState();
  const names = ['a', 'b', 'c'];
  const nodeOf = (name: string): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } }) as Node;
  for (const name of names) state.setNode(nodeOf(name));
  /** What is where, by hand: uid → Pod as it was counted last, and its node. */
  const placed = new Map<string, { pod: Pod; nodeName: string }>();
  for (let step = 0; step < 3_000; step++) {
    const pod = randomPod(below(40), below);
    const uid = pod.metadata.uid!;
    const nodeName = names[below(names.length)]!;
    switch (below(6)) {
      case 0:
        state.removePod(pod);
        placed.delete(uid);
        break;
      case 1:
        state.assume(pod, nodeName);
        placed.set(uid, { pod, nodeName });
        break;
      case 2: {
        const wasAssumed = state.isAssumed(pod);
        state.forget(pod);
        if (wasAssumed) placed.delete(uid);
        break;
      }
      case 3:
        if (below(10) === 0) {
          state.removeNode(nodeOf(nodeName));
          state.setNode(nodeOf(nodeName));
        }
        break;
      default: {
        const bound = { ...pod, spec: { ...pod.spec!, nodeName } };
        state.setPod(bound);
        placed.set(uid, { pod: bound, nodeName });
      }
    }
    if (step % 50 !== 0) continue;
    for (const name of names) {
      const recount = new NodeInfo(name);
      for (const one of placed.values()) if (one.nodeName === name) recount.addPod(one.pod);
      const kept = state.nodes().find((info) => info.name === name)!;
      assert.deepEqual(sumsOf(kept), sumsOf(recount), `node ${name} after step ${step}`);
      // And the recount is not wrong in the same way: it adds up to what the Pods ask for one by one.
      for (const [sum, requests] of [
        [kept.requested, podRequests],
        [kept.counted, countedRequests],
      ] as const) {
        const total = new Map<string, number>();
        for (const one of placed.values())
          if (one.nodeName === name)
            for (const [resource, amount] of requests(one.pod))
              total.set(resource, (total.get(resource) ?? 0) + amount);
        for (const [resource, amount] of total) assert.equal(sum.get(resource) ?? 0, amount, resource);
      }
    }
  }
  for (const { pod } of placed.values()) state.removePod(pod);
  for (const info of state.nodes()) {
    assert.equal(info.requested.size + info.counted.size + info.podsOfOwner.size + info.pods.size, 0);
  }
});

test('a container that asks for nothing counts, but is not asked for', () => {
  const pod = {
    metadata: {},
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '50m' } } }, { name: 'b' }] },
  } as unknown as Pod;
  assert.deepEqual(podRequests(pod), new Map([['cpu', 50]]));
  assert.deepEqual(
    countedRequests(pod),
    new Map([
      ['cpu', 150],
      ['memory', 2 * 200 * 1024 * 1024],
    ]),
  );
});

test('while a container is resized, the larger of what it has and shall have counts', () => {
  const resized = (conditions: object[] = []): Pod =>
    ({
      metadata: {},
      spec: { containers: [{ name: 'a', resources: { requests: { cpu: '3' } } }] },
      status: {
        conditions,
        containerStatuses: [
          { name: 'a', resources: { requests: { cpu: '1' } }, allocatedResources: { cpu: '2' } },
        ],
      },
    }) as unknown as Pod;
  assert.deepEqual(podRequests(resized()), new Map([['cpu', 3000]]));
  const infeasible = { type: 'PodResizePending', status: 'True', reason: 'Infeasible' };
  assert.deepEqual(podRequests(resized([infeasible])), new Map([['cpu', 2000]]));
});
