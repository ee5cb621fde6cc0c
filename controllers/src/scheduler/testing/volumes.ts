import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../runtime/client/resource.ts';
import { classOf, type Storage } from '../framework/storage.ts';
import { clusterOf, makeNode, noFit, notHelpful, outcome, place } from './cluster.ts';

const twoNodes = [makeNode('n1'), makeNode('n2')];

/** A claim in `default` for 1 GiB that is not bound. */
export function claim(name: string, spec: object = {}, metadata: object = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `claim-${name}`, ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    status: { phase: 'Pending' },
  } as PersistentVolumeClaim;
}

/** A claim that is bound to a volume. */
export const boundTo = (volumeName: string, name: string, spec: object = {}): PersistentVolumeClaim =>
  claim(
    name,
    { storageClassName: '', volumeName, ...spec },
    {
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
    },
  );

/** A volume of 1 GiB that is available everywhere. */
export function volume(name: string, spec: object = {}, labels: object = {}): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' }, ...spec },
    status: { phase: 'Available' },
  } as PersistentVolume;
}

/** For the spec of a volume that can be used on one node only. */
export const onHost = (host: string): object => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] },
      ],
    },
  },
});

/** A class whose claims wait for their first consumer. */
export const storageClass = (name: string, provisioner: string, more: object = {}): StorageClass =>
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

/**
 * These claims and volumes, with the classes `wffc` (provisions nothing), `dyn` (does anywhere) and `there`
 * (on node `n2`).
 */
export function storageOf(
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[],
): Storage {
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

/** A Pod `p` in `default` that uses these claims. */
export function podUsing(...claimNames: string[]): Pod {
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

/** A Pod with what it uses, among nodes `n1` and `n2` where no others are given. */
export interface Situation {
  pod: Pod;
  claims?: PersistentVolumeClaim[];
  volumes?: PersistentVolume[];
  nodes?: Node[];
  placed?: [Pod, string][];
}

/** What the default profile decides, as `outcome` tells it. */
export function decide({ pod, claims = [], volumes = [], nodes = twoNodes, placed = [] }: Situation): string {
  return outcome(place(pod, clusterOf(nodes, placed), { storage: storageOf(claims, volumes) }));
}

/** The message of a Pod that a PreFilter plugin keeps off both nodes. */
export const refused = (message: string): string => `0/2 nodes are available: ${message}. not found`;

/** The message of a Pod that both nodes refuse for the same reason. */
export const everywhere = (reason: string, preemption = notHelpful(2)): string =>
  noFit(2, `2 ${reason}`, preemption);
