import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import type { Storage } from '../../plugins/volume-binding/storage.ts';
import { ClusterState } from '../nodes/cluster-state.ts';
import { decide } from './scheduling-algorithm.ts';
import { defaultProfile } from '../../plugins/default-plugins.ts';

let serial = 0;

const noStorage: Storage = {
  claim: () => undefined,
  volume: () => undefined,
  volumesOfClass: () => [],
  storageClass: () => undefined,
  assumedNode: () => undefined,
  assumedClaim: () => undefined,
};

function node(name: string, options: { labels?: object; spec?: object; allocatable?: object } = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    spec: { ...options.spec },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...options.allocatable } },
  } as Node;
}

function pod(spec: object = {}, metadata: object = {}): Pod {
  serial++;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${serial}`, uid: `uid-${serial}`, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  } as Pod;
}

const asking = (requests: object, rest: object = {}): Pod =>
  pod({ containers: [{ name: 'c', image: 'i', resources: { requests } }], ...rest });

function place(wanted: Pod, nodes: readonly Node[], placed: readonly (readonly [Pod, string])[] = []) {
  const state = new ClusterState();
  for (const one of nodes) state.setNode(one);
  for (const [one, name] of placed) state.setPod({ ...one, spec: { ...one.spec!, nodeName: name } });
  const profile = defaultProfile({
    namespaceLabels: (namespace) => (namespace === 'labelled' ? { team: 'a' } : {}),
    storage: noStorage,
  });
  return decide(wanted, state.nodes(), profile, () => 0);
}

const message = (decision: ReturnType<typeof place>): string =>
  decision.nodeName === undefined ? decision.message : `placed on ${decision.nodeName}`;
const none = (count: number, reasons: string, preemption: string): string =>
  `0/${count} nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/${count} nodes are available: ${preemption}.`;
const unhelpful = (count: number): string => `${count} Preemption is not helpful for scheduling`;
const noVictims = (count: number): string => `${count} No preemption victims found for incoming pod`;

test('without nodes there is nothing to choose', () => {
  assert.equal(message(place(pod(), [])), 'no nodes available to schedule pods');
});

test('cordoned nodes take only what tolerates it', () => {
  const cordoned = node('a', { spec: { unschedulable: true } });
  assert.equal(message(place(pod(), [cordoned])), none(1, '1 node(s) were unschedulable', unhelpful(1)));
  const tolerant = pod({ tolerations: [{ operator: 'Exists' }] });
  assert.equal(place(tolerant, [cordoned]).nodeName, 'a');
});

test('taints', () => {
  const tainted = node('a', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } });
  const cases: [object | undefined, boolean][] = [
    [undefined, false],
    [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, true],
    [{ key: 'gpu', value: 'yes' }, true],
    [{ key: 'gpu', value: 'no' }, false],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
  ];
  for (const [toleration, fits] of cases) {
    const decision = place(pod(toleration ? { tolerations: [toleration] } : {}), [tainted]);
    assert.equal(decision.nodeName === 'a', fits, JSON.stringify(toleration));
  }
  assert.equal(message(place(pod(), [tainted])), none(1, '1 node(s) had untolerated taint(s)', unhelpful(1)));
});

test('node selector and node affinity', () => {
  const nodes = [
    node('a', { labels: { disk: 'ssd', size: '5' } }),
    node('b', { labels: { disk: 'hdd', size: '9' } }),
  ];
  assert.equal(place(pod({ nodeSelector: { disk: 'hdd' } }), nodes).nodeName, 'b');
  assert.equal(
    message(place(pod({ nodeSelector: { disk: 'tape' } }), nodes)),
    none(2, "2 node(s) didn't match Pod's node affinity/selector", unhelpful(2)),
  );
  const affine = (matchExpressions: object[], matchFields: object[] = []): Pod =>
    pod({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions, matchFields }],
          },
        },
      },
    });
  assert.equal(place(affine([{ key: 'disk', operator: 'In', values: ['hdd', 'x'] }]), nodes).nodeName, 'b');
  assert.equal(place(affine([{ key: 'disk', operator: 'NotIn', values: ['hdd'] }]), nodes).nodeName, 'a');
  assert.equal(place(affine([{ key: 'size', operator: 'Gt', values: ['5'] }]), nodes).nodeName, 'b');
  assert.equal(place(affine([{ key: 'size', operator: 'Lt', values: ['6'] }]), nodes).nodeName, 'a');
  // The difference is lost in a double.
  const large = [node('c', { labels: { size: '9007199254740993' } })];
  const above = (value: string) => place(affine([{ key: 'size', operator: 'Gt', values: [value] }]), large);
  assert.equal(above('9007199254740992').nodeName, 'c');
  assert.equal(above('9007199254740993').nodeName, undefined);
  assert.equal(place(affine([{ key: 'none', operator: 'Exists' }]), nodes).nodeName, undefined);
  assert.equal(
    place(affine([], [{ key: 'metadata.name', operator: 'In', values: ['b'] }]), nodes).nodeName,
    'b',
  );
});

// Each message is kube-scheduler 1.36.3's own.
test('nodes that a Pod does not name are not looked at any further', () => {
  const nodes = [node('n1'), node('n2')];
  const named = (matchFields: string[][], more: object = {}, matchExpressions: object[] = []): Pod =>
    pod({
      ...more,
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchFields: matchFields.map((values) => ({ key: 'metadata.name', operator: 'In', values })),
                ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
              },
            ],
          },
        },
      },
    });
  const unnamed = "1 node(s) didn't satisfy plugin(s) [NodeAffinity]";
  assert.equal(place(named([['n2']]), nodes).nodeName, 'n2');
  const containers = asking({ cpu: '100' }).spec!.containers;
  assert.equal(
    message(place(named([['n1']], { containers }), nodes)),
    none(2, `1 Insufficient cpu, ${unnamed}`, unhelpful(2)),
  );
  assert.equal(
    message(place(named([['n7']]), nodes)),
    none(2, "2 node(s) didn't satisfy plugin(s) [NodeAffinity]", unhelpful(2)),
  );
  assert.equal(
    message(place(named([['n1'], ['n2']]), nodes)),
    '0/2 nodes are available: pod affinity terms conflict. not found',
  );
  assert.equal(
    message(place(named([['n1']], {}, [{ key: 'disk', operator: 'Exists' }]), nodes)),
    none(2, `1 node(s) didn't match Pod's node affinity/selector, ${unnamed}`, unhelpful(2)),
  );
});

test('resources: what is left counts, sidecars, init containers, overhead and the number of Pods too', () => {
  const small = node('a', { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } });
  assert.equal(place(asking({ cpu: '1' }), [small]).nodeName, 'a');
  assert.equal(
    message(place(asking({ cpu: '1001m', memory: '2Gi' }), [small])),
    none(1, '1 Insufficient cpu, 1 Insufficient memory', unhelpful(1)),
  );
  assert.equal(
    message(place(asking({ cpu: '600m' }), [small], [[asking({ cpu: '500m' }), 'a']])),
    none(1, '1 Insufficient cpu', noVictims(1)),
  );
  assert.equal(
    message(
      place(
        pod(),
        [small],
        [
          [pod(), 'a'],
          [pod(), 'a'],
        ],
      ),
    ),
    none(1, '1 Too many pods', noVictims(1)),
  );
  const init = asking(
    { cpu: '100m' },
    { initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '2' } } }] },
  );
  assert.equal(place(init, [small]).nodeName, undefined);
  const sidecar = asking(
    { cpu: '600m' },
    {
      initContainers: [
        { name: 'i', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
      ],
    },
  );
  assert.equal(place(sidecar, [small]).nodeName, undefined);
  assert.equal(place(asking({ cpu: '900m' }, { overhead: { cpu: '200m' } }), [small]).nodeName, undefined);
  assert.equal(
    message(place(asking({ 'example.com/gpu': '1' }), [small])),
    none(1, '1 Insufficient example.com/gpu', unhelpful(1)),
  );
});

test('host ports', () => {
  const wanting = (port: object): Pod => pod({ containers: [{ name: 'c', image: 'i', ports: [port] }] });
  const taken: [Pod, string] = [wanting({ hostPort: 80, hostIP: '10.0.0.1' }), 'a'];
  const only = [node('a')];
  assert.equal(
    message(place(wanting({ hostPort: 80 }), only, [taken])),
    none(1, "1 node(s) didn't have free ports for the requested pod ports", noVictims(1)),
  );
  assert.equal(place(wanting({ hostPort: 80, hostIP: '10.0.0.2' }), only, [taken]).nodeName, 'a');
  assert.equal(place(wanting({ hostPort: 80, protocol: 'UDP' }), only, [taken]).nodeName, 'a');
});

test('Pods that shun each other, both ways; Pods that seek each other', () => {
  const nodes = [
    node('a', { labels: { zone: 'x' } }),
    node('b', { labels: { zone: 'x' } }),
    node('c', { labels: { zone: 'y' } }),
  ];
  const term = (topologyKey: string, rest: object = {}) => [
    { topologyKey, labelSelector: { matchLabels: { app: 'web' } }, ...rest },
  ];
  const web = { labels: { app: 'web' } };
  const shy = pod(
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term('zone') } } },
    web,
  );
  assert.equal(place(shy, nodes, [[pod({}, web), 'a']]).nodeName, 'c');
  assert.equal(place(pod({}, web), nodes, [[shy, 'a']]).nodeName, 'c', 'what is there shuns the newcomer');
  assert.equal(
    message(place(shy, nodes.slice(0, 2), [[pod({}, web), 'a']])),
    none(2, "2 node(s) didn't match pod anti-affinity rules", noVictims(2)),
  );
  const fond = pod({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term('zone') } },
  });
  assert.equal(place(fond, nodes, [[pod({}, web), 'c']]).nodeName, 'c');
  assert.equal(
    message(place(fond, nodes)),
    none(3, "3 node(s) didn't match pod affinity rules", unhelpful(3)),
  );
  const first = { ...fond, metadata: { ...fond.metadata, ...web } };
  assert.notEqual(place(first, nodes).nodeName, undefined, 'the first of its kind goes anywhere');
  const abroad = term('zone', { namespaceSelector: { matchLabels: { team: 'a' } } });
  const seeking = pod({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: abroad } },
  });
  assert.equal(place(seeking, nodes, [[pod({}, { ...web, namespace: 'labelled' }), 'c']]).nodeName, 'c');
  assert.equal(place(seeking, nodes, [[pod({}, { ...web, namespace: 'other' }), 'c']]).nodeName, undefined);
});

test('hard topology spread', () => {
  const nodes = [node('a', { labels: { zone: 'x' } }), node('b', { labels: { zone: 'y' } })];
  const web = { labels: { app: 'web' } };
  const spreading = pod(
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    },
    web,
  );
  assert.equal(place(spreading, nodes, [[pod({}, web), 'a']]).nodeName, 'b');
  const full: [Pod, string][] = [
    [pod({}, web), 'a'],
    [asking({ cpu: '4' }), 'b'],
  ];
  const greedy = {
    ...spreading,
    spec: { ...spreading.spec!, containers: asking({ cpu: '1' }).spec!.containers },
  };
  assert.equal(
    message(place(greedy, nodes, full)),
    none(2, "1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints", noVictims(2)),
  );
});

test('siblings are spread, the emptier node wins, wishes count', () => {
  const nodes = [node('a'), node('b')];
  const owned = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r1', controller: true }],
  };
  assert.equal(place(pod({}, owned), nodes, [[pod({}, owned), 'a']]).nodeName, 'b');
  assert.equal(
    place(asking({ cpu: '1' }), nodes, [[asking({ cpu: '2', memory: '4Gi' }), 'a']]).nodeName,
    'b',
  );
  const wishing = pod({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 10,
            preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] },
          },
        ],
      },
    },
  });
  assert.equal(place(wishing, nodes).nodeName, 'b');
  const disliked = node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
  assert.equal(place(pod(), [disliked, node('b')]).nodeName, 'b');
});
