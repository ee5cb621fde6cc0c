import type { ApiObject } from '../runtime/client/api-object.ts';
import {
  type Node,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  type Resource,
  storageClasses,
} from '../runtime/client/resource.ts';
import type { SharedInformers } from '../runtime/cache/informers.ts';
import { isTerminal } from '../runtime/workload/pod-state.ts';
import {
  Action,
  assignedPodAdd,
  assignedPodDelete,
  type EventResource,
} from './framework/events/cluster-event.ts';
import { nodeSchedulingChanges, podSchedulingChanges } from './framework/events/scheduling-changes.ts';
import type { ClusterState } from './framework/nodes/cluster-state.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';

/** What receives the changes of the cluster. */
export interface ClusterEventSinks {
  readonly clusterState: ClusterState;
  readonly queue: SchedulingQueue;
  /** Whether Pods of that `spec.schedulerName` are scheduled here. */
  isResponsibleFor(pod: Pod): boolean;
  /** A Pod that was given a node is being deleted, or gone. */
  abortBinding(pod: Pod): void;
}

/** Resources beside Pods and Nodes whose changes plugins can register for. */
const followed = {
  PersistentVolume: persistentVolumes,
  PersistentVolumeClaim: persistentVolumeClaims,
  'storage.k8s.io/StorageClass': storageClasses,
} as const satisfies Partial<Record<EventResource, Resource>>;

/**
 * Keeps the cluster's state and the queue up to date with the informers, and gives the queue every change as
 * an event (kube-scheduler: `eventhandlers.go`). Pods that have finished count as deleted.
 */
export class ClusterEvents {
  readonly #sinks: ClusterEventSinks;

  constructor(sinks: ClusterEventSinks) {
    this.#sinks = sinks;
  }

  /** Listens to the informers; call it before they start. */
  follow(informers: SharedInformers): void {
    informers.of(pods).addHandler({
      add: (pod) => this.#podChanged(undefined, pod),
      update: (before, pod) => this.#podChanged(before, pod),
      delete: (pod) => this.#podGone(pod),
    });
    informers.of(nodes).addHandler({
      add: (node) => this.#nodeAdded(node),
      update: (before, node) => this.#nodeChanged(before, node),
      delete: (node) => this.#nodeGone(node),
    });
    for (const resource of Object.keys(followed) as (keyof typeof followed)[])
      this.#follow(informers, resource);
  }

  #follow(informers: SharedInformers, resource: keyof typeof followed): void {
    const { queue } = this.#sinks;
    informers.of(followed[resource] as Resource).addHandler({
      add: (after: ApiObject) => queue.move({ resource, action: Action.add }, { after }),
      update: (before: ApiObject, after: ApiObject) =>
        queue.move({ resource, action: Action.update }, { before, after }),
      delete: (before: ApiObject) => queue.move({ resource, action: Action.delete }, { before }),
    });
  }

  #podChanged(before: Pod | undefined, pod: Pod): void {
    if (isTerminal(pod)) this.#podGone(pod, before);
    else if (!pod.spec?.nodeName) this.#pendingPodChanged(before, pod);
    else if (before?.spec?.nodeName && !isTerminal(before)) this.#assignedPodUpdated(before, pod);
    else this.#podAssigned(pod);
  }

  /** A Pod on a node appeared, or was bound. */
  #podAssigned(pod: Pod): void {
    const { clusterState, queue } = this.#sinks;
    queue.delete(pod);
    clusterState.setPod(pod);
    queue.move(assignedPodAdd, { after: pod });
  }

  #assignedPodUpdated(before: Pod, after: Pod): void {
    const { clusterState, queue } = this.#sinks;
    clusterState.setPod(after);
    for (const event of podSchedulingChanges(before, after)) queue.move(event, { before, after });
  }

  /** A Pod without a node appeared, or changed. */
  #pendingPodChanged(before: Pod | undefined, pod: Pod): void {
    const { clusterState, queue, isResponsibleFor, abortBinding } = this.#sinks;
    if (!isResponsibleFor(pod) || pod.metadata.deletionTimestamp !== undefined) {
      queue.delete(pod);
      if (clusterState.isAssumed(pod)) abortBinding(pod);
    } else if (!clusterState.isAssumed(pod)) {
      if (before === undefined) queue.add(pod);
      else queue.update(before, pod);
    }
  }

  /** A Pod is deleted, or has finished: then `before` is what it was. */
  #podGone(pod: Pod, before: Pod | undefined = pod): void {
    const { clusterState, queue, abortBinding } = this.#sinks;
    const wasAssumed = clusterState.isAssumed(pod);
    const nodeName = clusterState.nodeNameOf(pod);
    queue.delete(pod);
    clusterState.removePod(pod);
    if (wasAssumed) abortBinding(pod);
    if (nodeName !== undefined) queue.move(assignedPodDelete, { before: onNode(before, nodeName) });
  }

  #nodeAdded(after: Node): void {
    const { clusterState, queue } = this.#sinks;
    clusterState.setNode(after);
    queue.move({ resource: 'Node', action: Action.add }, { after });
  }

  #nodeChanged(before: Node, after: Node): void {
    const { clusterState, queue } = this.#sinks;
    clusterState.setNode(after);
    for (const event of nodeSchedulingChanges(before, after)) queue.move(event, { before, after });
  }

  #nodeGone(before: Node): void {
    const { clusterState, queue } = this.#sinks;
    clusterState.removeNode(before);
    queue.move({ resource: 'Node', action: Action.delete }, { before });
  }
}

/** A Pod as if it were bound, which one that is on its way to a node is not yet. */
function onNode(pod: Pod, nodeName: string): Pod {
  return pod.spec?.nodeName ? pod : { ...pod, spec: { ...pod.spec!, nodeName } };
}
