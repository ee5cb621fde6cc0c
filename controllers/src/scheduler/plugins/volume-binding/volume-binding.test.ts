import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../runtime/client/resource.ts';
import { ClusterState } from '../../framework/nodes/cluster-state.ts';
import { type Decision, decide } from '../../framework/cycles/scheduling-algorithm.ts';
import { defaultProfile } from '../default-plugins.ts';
import { classOf, type Storage } from './storage.ts';

const node = (name: string, labels: object = {}): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  }) as Node;

const twoNodes = [node('n1'), node('n2')];

function claim(name: string, spec: object = {}, metadata: object = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `claim-${name}`, ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    status: { phase: 'Pending' },
  } as PersistentVolumeClaim;
}

const boundTo = (volumeName: string, name: string, spec: object = {}): PersistentVolumeClaim =>
  claim(
    name,
    { storageClassName: '', volumeName, ...spec },
    {
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
    },
  );

function volume(name: string, spec: object = {}, labels: object = {}): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' }, ...spec },
    status: { phase: 'Available' },
  } as PersistentVolume;
}

const onHost = (host: string): object => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] },
      ],
    },
  },
});

const storageClass = (name: string, provisioner: string, more: object = {}): StorageClass =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  }) as StorageClass;

const classes = [
  storageClass('wffc', 'kubernetes.io/no-provisioner'),
  storageClass('dyn', 'example.com/dyn'),
  storageClass('there', 'example.com/dyn', {
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['n2'] }] }],
  }),
];

function storageOf(claims: readonly PersistentVolumeClaim[], volumes: readonly PersistentVolume[]): Storage {
  return {
    claim: (namespace, name) =>
      claims.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    volumesOfClass: (className) => volumes.filter((one) => classOf(one) === className),
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    assumedNode: () => undefined,
    assumedClaim: () => undefined,
  };
}

function podUsing(...claimNames: string[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'pod-p' },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: claimNames.map((claimName) => ({
        name: `v-${claimName}`,
        persistentVolumeClaim: { claimName },
      })),
    },
  } as Pod;
}

interface Situation {
  pod: Pod;
  claims?: PersistentVolumeClaim[];
  volumes?: PersistentVolume[];
  nodes?: Node[];
  placed?: [Pod, string][];
}

function place({ pod, claims = [], volumes = [], nodes = twoNodes, placed = [] }: Situation): Decision {
  const state = new ClusterState();
  for (const one of nodes) state.setNode(one);
  for (const [one, nodeName] of placed) state.setPod({ ...one, spec: { ...one.spec!, nodeName } });
  const profile = defaultProfile({ namespaceLabels: () => ({}), storage: storageOf(claims, volumes) });
  return decide(pod, state.nodes(), profile, () => 0);
}

const said = (decision: Decision): string =>
  decision.nodeName === undefined ? decision.message : `placed on ${decision.nodeName}`;
const refused = (message: string): string => `0/2 nodes are available: ${message}. not found`;
const everywhere = (reason: string, preemption = 'Preemption is not helpful for scheduling'): string =>
  `0/2 nodes are available: 2 ${reason}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${preemption}.`;

// Each message is kube-scheduler 1.36.3's own, for the same objects.
test('a claim that is missing, unbound or lost keeps the Pod pending, whatever the nodes', () => {
  const unbound = 'pod has unbound immediate PersistentVolumeClaims';
  const missing = refused('persistentvolumeclaim "nope" not found');
  assert.equal(said(place({ pod: podUsing('nope') })), missing);
  const plain = claim('plain', { storageClassName: '' });
  assert.equal(said(place({ pod: podUsing('plain'), claims: [plain] })), refused(unbound));
  assert.equal(said(place({ pod: podUsing('plain', 'nope'), claims: [plain] })), missing);
  const noClass = claim('c', { storageClassName: 'missing' });
  assert.equal(said(place({ pod: podUsing('c'), claims: [noClass] })), refused(unbound));
  const named = claim('c', { storageClassName: 'wffc', volumeName: 'pv1' });
  assert.equal(
    said(place({ pod: podUsing('c'), claims: [named], volumes: [volume('pv1')] })),
    refused(unbound),
    'a volume that is only named is not bound',
  );
  const lost = { ...boundTo('gone', 'c'), status: { phase: 'Lost' } } as PersistentVolumeClaim;
  assert.equal(
    said(place({ pod: podUsing('c'), claims: [lost] })),
    refused('persistentvolumeclaim "c" bound to non-existent persistentvolume "gone"'),
  );
  assert.equal(
    said(place({ pod: podUsing('c'), claims: [boundTo('gone', 'c')] })),
    refused('persistentvolume "gone" not found'),
  );
  const going = claim('c', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.equal(
    said(place({ pod: podUsing('c'), claims: [going] })),
    refused('persistentvolumeclaim "c" is being deleted'),
  );
});

test('ephemeral volumes have claims of their own, by the name of the Pod', () => {
  const pod = podUsing();
  pod.spec!.volumes = [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] as never;
  assert.equal(
    said(place({ pod })),
    refused('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"'),
  );
  assert.equal(
    said(place({ pod, claims: [boundTo('pv1', 'p-v')], volumes: [volume('pv1')] })),
    refused('PVC default/p-v was not created for pod default/p (pod is not owner)'),
  );
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'pod-p', controller: true }];
  const owned = boundTo('pv1', 'p-v');
  Object.assign(owned.metadata, { ownerReferences });
  assert.equal(said(place({ pod, claims: [owned], volumes: [volume('pv1')] })), 'placed on n1');
});

test('a bound claim leads to the nodes where its volume can be used', () => {
  const at = (...volumes: PersistentVolume[]) =>
    place({ pod: podUsing('c'), claims: [boundTo('pv1', 'c')], volumes });
  assert.equal(said(at(volume('pv1', onHost('n2')))), 'placed on n2');
  assert.equal(
    said(at(volume('pv1', onHost('n9')))),
    everywhere("node(s) didn't match PersistentVolume's node affinity"),
  );
});

test('volumes with zones want nodes in them, where nodes have zones', () => {
  const zone = 'topology.kubernetes.io/zone';
  const claims = [boundTo('pv1', 'c')];
  const volumes = [volume('pv1', {}, { [zone]: 'x__y' })];
  const nodes = [node('n1', { [zone]: 'z' }), node('n2', { [zone]: 'y' })];
  assert.equal(said(place({ pod: podUsing('c'), claims, volumes, nodes })), 'placed on n2');
  assert.equal(said(place({ pod: podUsing('c'), claims, volumes })), 'placed on n1');
  const elsewhere = [node('n1', { [zone]: 'z' }), node('n2', { [zone]: 'z' })];
  assert.equal(
    said(place({ pod: podUsing('c'), claims, volumes, nodes: elsewhere })),
    everywhere('node(s) had no available volume zone'),
  );
});

test('a claim that waits for its first Pod finds a volume on the node, or has one made', () => {
  const waiting = claim('c', { storageClassName: 'wffc' });
  const none = everywhere("node(s) didn't find available persistent volumes to bind");
  const pod = podUsing('c');
  assert.equal(said(place({ pod, claims: [waiting] })), none);
  const small = volume('small', { storageClassName: 'wffc', capacity: { storage: '500Mi' } });
  const taken = volume('taken', {
    storageClassName: 'wffc',
    claimRef: { name: 'other', namespace: 'x', uid: 'o' },
  });
  const other = volume('other', { storageClassName: 'else' });
  assert.equal(said(place({ pod, claims: [waiting], volumes: [small, taken, other] })), none);
  const fitting = volume('fit', { storageClassName: 'wffc', capacity: { storage: '2Gi' }, ...onHost('n2') });
  assert.equal(said(place({ pod, claims: [waiting], volumes: [small, fitting] })), 'placed on n2');

  const two = podUsing('c', 'd');
  const claims = [waiting, claim('d', { storageClassName: 'wffc' })];
  assert.equal(said(place({ pod: two, claims, volumes: [fitting] })), none, 'one volume serves one claim');

  assert.equal(said(place({ pod, claims: [claim('c', { storageClassName: 'dyn' })] })), 'placed on n1');
  assert.equal(said(place({ pod, claims: [claim('c', { storageClassName: 'there' })] })), 'placed on n2');
  const chosen = claim(
    'c',
    { storageClassName: 'dyn' },
    {
      annotations: { 'volume.kubernetes.io/selected-node': 'n2' },
    },
  );
  assert.equal(said(place({ pod, claims: [chosen] })), 'placed on n2');
});

test('ReadWriteOncePod means one Pod', () => {
  const claims = [boundTo('pv1', 'c', { accessModes: ['ReadWriteOncePod'] })];
  const volumes = [volume('pv1')];
  const user = { ...podUsing('c'), metadata: { name: 'user', namespace: 'default', uid: 'u' } };
  assert.equal(said(place({ pod: podUsing('c'), claims, volumes })), 'placed on n1');
  assert.equal(
    said(place({ pod: podUsing('c'), claims, volumes, placed: [[user, 'n2']] })),
    everywhere(
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
      'No preemption victims found for incoming pod',
    ),
  );
});
