import type { Pod } from '../../../runtime/client/resource.ts';
import type { EventRecorder } from '../../../runtime/events/event-recorder.ts';
import type { QueuedPod } from '../../queue/queued-pod.ts';
import type { SchedulingQueue } from '../../queue/scheduling-queue.ts';
import type { CycleState } from '../cycle-state.ts';
import { assignedPodDelete } from '../events/cluster-event.ts';
import type { ClusterState } from '../nodes/cluster-state.ts';
import type { Profile } from '../profile.ts';
import {
  hasPreBindWork,
  runBindPlugins,
  runPostBindPlugins,
  runPreBindPlugins,
  runPreBindPreFlights,
  runUnreservePlugins,
} from '../run/run-bind-plugins.ts';
import { errorStatus, isRejected, type Status } from '../status.ts';
import type { WaitingPods } from '../waiting-pods.ts';
import type { FailureHandler } from './failure-handler.ts';
import type { RequestLimit } from './request-limit.ts';
import { refusedOn } from './scheduling-cycle.ts';

/** What a binding cycle needs. */
export interface BindingCycleSources {
  readonly profile: Profile;
  readonly queue: SchedulingQueue;
  readonly clusterState: ClusterState;
  readonly waitingPods: WaitingPods;
  readonly failureHandler: FailureHandler;
  readonly requests: RequestLimit;
  readonly recorder: EventRecorder;
}

/** A Pod that was given a node. */
export interface ScheduledPod {
  readonly queued: QueuedPod;
  /** The Pod as it was when it was given the node. */
  readonly pod: Pod;
  readonly nodeName: string;
  /** What the plugins left in the scheduling cycle. */
  readonly state: CycleState;
}

/**
 * Binds a Pod that was given a node, beside the scheduling of others (kube-scheduler: `bindingCycle`): wait
 * for the Permit plugins, have the PreBind plugins do their work, bind, tell the PostBind plugins. When a
 * step fails, what was reserved is given back and the Pod returns to the queue.
 */
export class BindingCycle {
  readonly #sources: BindingCycleSources;
  readonly #scheduled: ScheduledPod;
  readonly #abort = new AbortController();

  constructor(sources: BindingCycleSources, scheduled: ScheduledPod) {
    this.#sources = sources;
    this.#scheduled = scheduled;
  }

  /** The Pod is gone, or the scheduler stops: ends the waiting. */
  abort(): void {
    this.#sources.waitingPods.reject(this.#scheduled.pod, '', 'removed');
    this.#abort.abort();
  }

  /**
   * Resolves when the Pod is bound, or is back in the queue; never rejects. Starts with the request, if none
   * waits.
   */
  async run(): Promise<void> {
    const { profile, recorder } = this.#sources;
    const { state, pod, nodeName } = this.#scheduled;
    let status: Status | undefined;
    try {
      status = await this.#steps();
    } catch (error) {
      status = errorStatus(error);
    }
    if (status !== undefined) {
      this.#fail(status);
      return;
    }
    const { namespace, name } = pod.metadata;
    recorder.event(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    });
    runPostBindPlugins(profile, state, pod, nodeName);
  }

  /** What stops the binding; undefined when the Pod is bound. */
  async #steps(): Promise<Status | undefined> {
    const { profile, queue, waitingPods } = this.#sources;
    const { queued, state, pod, nodeName } = this.#scheduled;
    const failure = runPreBindPreFlights(profile, state, pod, nodeName);
    if (failure !== undefined) return failure;
    if (waitingPods.has(pod)) {
      const refusal = await waitingPods.outcomeOf(pod);
      if (refusal !== undefined) return isRejected(refusal) ? refusedOn(nodeName, refusal) : refusal;
    }
    // From here on no plugin can reject the Pod, so that events need not be kept for it.
    queue.done(queued);
    if (hasPreBindWork(state)) {
      const refusal = await runPreBindPlugins(state, pod, nodeName, this.#abort.signal);
      if (refusal !== undefined) return refusal;
    }
    return this.#sources.requests.track(runBindPlugins(profile, state, pod, nodeName));
  }

  #fail(status: Status): void {
    const { profile, queue, clusterState, failureHandler } = this.#sources;
    const { queued, state, pod, nodeName } = this.#scheduled;
    runUnreservePlugins(profile, state, pod, nodeName);
    clusterState.forget(pod);
    if (!this.#abort.signal.aborted) failureHandler.handle(queued, status, '');
    // For other Pods that is as if this one had been deleted from its node.
    const before = { ...pod, spec: { ...pod.spec!, nodeName } };
    queue.move(assignedPodDelete, { before }, (other) => other.metadata.uid !== pod.metadata.uid);
  }
}
