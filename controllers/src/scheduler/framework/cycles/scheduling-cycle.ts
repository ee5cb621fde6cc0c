import type { Pod } from '../../../runtime/client/resource.ts';
import { CycleState } from '../cycle-state.ts';
import { Diagnosis, FitError } from '../fit-error.ts';
import type { ClusterState } from '../nodes/cluster-state.ts';
import { runPermitPlugins, runReservePlugins, runUnreservePlugins } from '../run/run-bind-plugins.ts';
import { errorStatus, isRejected, Status } from '../status.ts';
import type { WaitingPods } from '../waiting-pods.ts';
import { type AlgorithmSources, type AlgorithmResult, chooseNode } from './scheduling-algorithm.ts';

/** What a scheduling cycle needs. */
export interface SchedulingCycleSources extends AlgorithmSources {
  readonly clusterState: ClusterState;
  readonly waitingPods: WaitingPods;
}

/**
 * One attempt to give a Pod a node (kube-scheduler: `schedulingCycle`), in steps that wait for nothing:
 * choose a node, count the Pod there (assume), reserve what it uses, call the Permit plugins. What it leaves
 * in `state` is for the binding cycle.
 */
export class SchedulingCycle {
  readonly state = new CycleState();
  readonly #sources: SchedulingCycleSources;
  readonly #pod: Pod;

  constructor(sources: SchedulingCycleSources, pod: Pod) {
    this.#sources = sources;
    this.#pod = pod;
  }

  /** The node, where the Pod can be bound; otherwise everything is as before. */
  run(): AlgorithmResult {
    const chosen = chooseNode(this.#sources, this.state, this.#pod);
    if (chosen.nodeName === undefined) return chosen;
    const { nodeName } = chosen;
    this.#sources.clusterState.assume(this.#pod, nodeName);
    const refusal = this.#refusalOn(nodeName);
    if (refusal === undefined) return chosen;
    this.#takeBack(nodeName);
    return { status: isRejected(refusal) ? refusedOn(nodeName, refusal) : refusal, nominatedNodeName: '' };
  }

  /** What keeps the Pod from its node after all; a plugin that throws has failed. */
  #refusalOn(nodeName: string): Status | undefined {
    try {
      return this.#reserve(nodeName) ?? this.#permit(nodeName);
    } catch (error) {
      return errorStatus(error);
    }
  }

  #reserve(nodeName: string): Status | undefined {
    return runReservePlugins(this.#sources.profile, this.state, this.#pod, nodeName);
  }

  #permit(nodeName: string): Status | undefined {
    const { profile, waitingPods } = this.#sources;
    const { status, waitMs } = runPermitPlugins(profile, this.state, this.#pod, nodeName);
    if (status?.code !== 'Wait') return status;
    waitingPods.add(this.#pod, waitMs);
    return undefined;
  }

  #takeBack(nodeName: string): void {
    runUnreservePlugins(this.#sources.profile, this.state, this.#pod, nodeName);
    this.#sources.clusterState.forget(this.#pod);
  }
}

/**
 * A rejection after a node was chosen, as a `FitError` of this one node (kube-scheduler: `NumAllNodes: 1`).
 */
export function refusedOn(nodeName: string, status: Status): Status {
  const diagnosis = new Diagnosis();
  diagnosis.statuses.set(nodeName, status);
  diagnosis.addPluginOf(status);
  return new Status(status.code, { error: new FitError(1, diagnosis) });
}
