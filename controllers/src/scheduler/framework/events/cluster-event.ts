import type { ApiObject } from '../../../runtime/client/api-object.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../runtime/client/resource.ts';

/** What happened to an object, as bits that can be combined (kube-scheduler: `framework.ActionType`). */
export const Action = {
  add: 1 << 0,
  delete: 1 << 1,
  updateNodeAllocatable: 1 << 2,
  updateNodeLabel: 1 << 3,
  /** Its taints, or that it is no longer cordoned. */
  updateNodeTaint: 1 << 4,
  updateNodeCondition: 1 << 5,
  updateNodeAnnotation: 1 << 6,
  updateNodeDeclaredFeature: 1 << 7,
  updatePodLabel: 1 << 8,
  /** A request of the Pod got smaller. */
  updatePodScaleDown: 1 << 9,
  updatePodToleration: 1 << 10,
  updatePodSchedulingGatesEliminated: 1 << 11,
  updatePodGeneratedResourceClaim: 1 << 12,
  /** Any change, or one that is none of the above. */
  update: (1 << 13) - (1 << 2),
  all: (1 << 13) - 1,
} as const;

/** The types of the objects whose changes plugins can register for. */
export interface EventObjects {
  Pod: Pod;
  Node: Node;
  PersistentVolume: PersistentVolume;
  PersistentVolumeClaim: PersistentVolumeClaim;
  'storage.k8s.io/StorageClass': StorageClass;
}

/** What plugins can register for; `*` is everything. */
export type EventResource = keyof EventObjects | '*';

/**
 * Something that happened in the cluster (kube-scheduler: `framework.ClusterEvent`). `AssignedPod` is a Pod
 * on a node, `UnschedulablePod` one that waits for one; both are a `Pod` to plugins.
 */
export interface ClusterEvent {
  readonly resource: EventResource | 'AssignedPod' | 'UnschedulablePod';
  /** Bits of `Action`. */
  readonly action: number;
}

/** Whether an event may make a Pod schedulable. */
export type QueueingHint = 'Queue' | 'QueueSkip';

/**
 * Called for a Pod that the plugin rejected, when an event happens for which the plugin registered
 * (kube-scheduler: `framework.QueueingHintFn`). `before` is absent for new objects, `after` for deleted ones.
 * Throwing means `Queue`.
 */
export type QueueingHintFunction<T> = (pod: Pod, before: T | undefined, after: T | undefined) => QueueingHint;

/** An event for which a plugin registered; without a hint every such event is a reason to try again. */
export interface RegisteredEvent {
  readonly resource: EventResource;
  readonly action: number;
  readonly hint: QueueingHintFunction<ApiObject> | undefined;
}

/** Registers for changes of a resource; `action` are bits of `Action`. */
export function on<Resource extends keyof EventObjects>(
  resource: Resource,
  action: number,
  hint?: QueueingHintFunction<EventObjects[Resource]>,
): RegisteredEvent {
  return { resource, action, hint: hint as QueueingHintFunction<ApiObject> | undefined };
}

/** A Pod that has a node was seen for the first time, or was bound. */
export const assignedPodAdd: ClusterEvent = { resource: 'AssignedPod', action: Action.add };
/** A Pod left its node: deleted, finished, or its binding failed. */
export const assignedPodDelete: ClusterEvent = { resource: 'AssignedPod', action: Action.delete };

/** Whether an event is one that was registered for (kube-scheduler: `MatchClusterEvents`). */
export function matchesEvent(registered: RegisteredEvent, event: ClusterEvent): boolean {
  const { resource, action } = registered;
  if (resource === '*' && action === Action.all) return true;
  const isSame =
    resource === '*' ||
    resource === event.resource ||
    (resource === 'Pod' && (event.resource === 'AssignedPod' || event.resource === 'UnschedulablePod'));
  // An unspecific update has all update bits, and matches only registrations for all of them.
  return isSame && (action & event.action) !== 0 && event.action <= action;
}
