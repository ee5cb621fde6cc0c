import type { Pod } from '../../runtime/client/resource.ts';
import type { CycleState } from './cycle-state.ts';
import type { RegisteredEvent } from './events/cluster-event.ts';
import type { NodeStatuses } from './fit-error.ts';
import type { NodeInfo } from './nodes/node-info.ts';
import type { Status } from './status.ts';

/** The best score that a plugin may give a node; 0 is the worst. */
export const maxNodeScore = 100;

/** What the order of waiting Pods can depend on (kube-scheduler: `framework.QueuedPodInfo`). */
export interface SortablePod {
  readonly pod: Pod;
  /** When it came into the queue, or came back after a failure; on the monotonic clock. */
  readonly timestampMs: number;
}

/** Orders the Pods that wait to be scheduled. A profile has exactly one such plugin. */
export interface QueueSort {
  /** Whether `one` is scheduled before `other`. */
  less(one: SortablePod, other: SortablePod): boolean;
}

/** Called before a Pod is considered at all. */
export interface PreEnqueue {
  /** Success lets the Pod into the queue; any other status keeps it out until a registered event. */
  preEnqueue(pod: Pod): Status | undefined;
}

/** Names the events that may make a Pod schedulable that the plugin rejected. */
export interface EnqueueExtensions {
  /**
   * Called once. Pods that were rejected by a plugin without such a list are tried again after every event.
   */
  eventsToRegister(): readonly RegisteredEvent[];
}

/** The only nodes that a Pod can be on, by what a PreFilter plugin found. */
export interface PreFilterResult {
  readonly nodeNames: ReadonlySet<string>;
}

/** Called once for a Pod, before its nodes are filtered. */
export interface PreFilter {
  /**
   * Prepares the filter. `skip`: the plugin's filter is not called. `nodes` are all nodes. A rejection is one
   * for every node.
   */
  preFilter(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]): Status | PreFilterResult | undefined;
}

/** Called for every node. */
export interface Filter {
  /** Whether the Pod can be on the node. */
  filter(state: CycleState, pod: Pod, node: NodeInfo): Status | undefined;
}

/** The answer of a PostFilter plugin. */
export interface PostFilterResult {
  readonly status: Status | undefined;
  /** The node that will have room for the Pod; `''` takes an earlier one away; absent leaves it as it is. */
  readonly nominatedNodeName?: string;
}

/** Called when a Pod fits on no node; may make room for it. */
export interface PostFilter {
  /**
   * `statuses` say why each node was refused. A plugin that succeeds or finds it hopeless is the last called.
   */
  postFilter(state: CycleState, pod: Pod, statuses: NodeStatuses): PostFilterResult;
}

/** Called once for a Pod, before its nodes are scored. */
export interface PreScore {
  /**
   * Prepares the score. `skip`: the plugin's score is not called. `nodes` are those that passed the filters.
   */
  preScore(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]): Status | undefined;
}

/** Called for every node that passed the filters. */
export interface Score {
  /** How good the node is for the Pod; 0 to 100, where `normalizeScore` does not make it so later. */
  score(state: CycleState, pod: Pod, node: NodeInfo): number;
  /** Changes the scores of all nodes, in the order of `nodes`, to be whole numbers from 0 to 100. */
  normalizeScore?(state: CycleState, pod: Pod, scores: number[], nodes: readonly NodeInfo[]): void;
}

/** Called when a Pod has a node, and when it has to give it back. */
export interface Reserve {
  /** Counts what the Pod uses as used. */
  reserve(state: CycleState, pod: Pod, nodeName: string): Status | undefined;
  /** Gives it back; must do no harm where nothing was reserved. */
  unreserve(state: CycleState, pod: Pod, nodeName: string): void;
}

/** The answer of a Permit plugin. */
export interface PermitResult {
  /** `Wait` holds the binding back. */
  readonly status: Status | undefined;
  /** How long to wait at most; afterwards the Pod is rejected. */
  readonly timeoutMs?: number;
}

/** The last that can reject a Pod, or hold its binding back. */
export interface Permit {
  /** Called in the scheduling cycle. */
  permit(state: CycleState, pod: Pod, nodeName: string): PermitResult;
}

/** Does work that must be done before the binding, such as having volumes bound. */
export interface PreBind {
  /** `skip`: there is nothing to do for this Pod. Must be quick. */
  preBindPreFlight(state: CycleState, pod: Pod, nodeName: string): Status | undefined;
  /** Does the work, however long it takes; `signal` aborts when the Pod is gone or the scheduler stops. */
  preBind(state: CycleState, pod: Pod, nodeName: string, signal: AbortSignal): Promise<Status | undefined>;
}

/** Binds the Pod to its node. */
export interface Bind {
  /** `skip` leaves it to the next plugin. */
  bind(state: CycleState, pod: Pod, nodeName: string): Promise<Status | undefined>;
}

/** Called when a Pod is bound. */
export interface PostBind {
  /** For information only. */
  postBind(state: CycleState, pod: Pod, nodeName: string): void;
}

/** kube-scheduler's extension points, in the order in which a Pod passes them. */
export interface ExtensionPoints {
  queueSort: QueueSort;
  preEnqueue: PreEnqueue;
  preFilter: PreFilter;
  filter: Filter;
  postFilter: PostFilter;
  preScore: PreScore;
  score: Score;
  reserve: Reserve;
  permit: Permit;
  preBind: PreBind;
  bind: Bind;
  postBind: PostBind;
}

/** A plugin with all methods of an extension point. */
export type PluginWith<Point> = { readonly name: string } & Point;

/** A plugin: a name, and the methods of those extension points that it takes part in. */
export type Plugin = { readonly name: string } & Partial<
  QueueSort &
    PreEnqueue &
    EnqueueExtensions &
    PreFilter &
    Filter &
    PostFilter &
    PreScore &
    Score &
    Reserve &
    Permit &
    PreBind &
    Bind &
    PostBind
>;
