import type { Logger } from 'pino';
import { isNotFound, retryAfterOf } from '../../../runtime/client/api-error.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { type Pod, pods } from '../../../runtime/client/resource.ts';
import { type Clock, formatTime } from '../../../runtime/clock.ts';
import type { EventRecorder } from '../../../runtime/events/event-recorder.ts';
import type { QueuedPod } from '../../queue/queued-pod.ts';
import { noNodes } from '../../queue/queueing-hints.ts';
import type { Rejectors, SchedulingQueue } from '../../queue/scheduling-queue.ts';
import { FitError, NoNodesAvailableError } from '../fit-error.ts';
import type { ClusterState } from '../nodes/cluster-state.ts';
import { isRejected, type Status } from '../status.ts';
import type { RequestLimit } from './request-limit.ts';

/** What the handling of failures needs. */
export interface FailureHandlerSources {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly queue: SchedulingQueue;
  readonly clusterState: ClusterState;
  readonly requests: RequestLimit;
  readonly recorder: EventRecorder;
  /** The Pod of that name as the informer shows it now. */
  currentPod(pod: Pod): Pod | undefined;
}

/** `core/v1.PodCondition` as JSON. */
interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

function rejectorsOf(error: Error | undefined): Rejectors {
  if (error instanceof FitError) return error.diagnosis;
  const rejectors = error instanceof NoNodesAvailableError ? [noNodes] : [];
  return { unschedulablePlugins: new Set(rejectors), pendingPlugins: new Set() };
}

/**
 * Returns a Pod that could not be scheduled, or bound, to the queue, and says why in an event and in its
 * `PodScheduled` condition (kube-scheduler: `handleSchedulingFailure`).
 */
export class FailureHandler {
  readonly #sources: FailureHandlerSources;
  #isStopped = false;

  constructor(sources: FailureHandlerSources) {
    this.#sources = sources;
  }

  /** `nominatedNodeName`: see `PostFilterResult`. */
  handle(queued: QueuedPod, status: Status, nominatedNodeName?: string): void {
    const { queue, currentPod, log, requests } = this.#sources;
    const { pod } = queued;
    const current = currentPod(pod);
    if (current === undefined || current.metadata.uid !== pod.metadata.uid || current.spec?.nodeName) {
      queue.delete(pod);
      return;
    }
    const { error } = status;
    queue.returnPod(queued, rejectorsOf(error));
    // A busy server did nothing: that is not a failure to report.
    if (isBusy(error)) return;
    const report = this.#report(current, status, nominatedNodeName);
    void requests.track(report).catch((problem: unknown) => log.warn({ err: problem }, 'scheduling'));
  }

  /** Conditions that wait for a busy server are not written any more. */
  stop(): void {
    this.#isStopped = true;
  }

  async #report(pod: Pod, status: Status, nominatedNodeName: string | undefined): Promise<void> {
    const { recorder, clock } = this.#sources;
    const { message } = status;
    const reason = isRejected(status) ? 'Unschedulable' : 'SchedulerError';
    recorder.event(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
    const conditions = (pod.status?.conditions ?? []) as Condition[];
    const known = conditions.find(({ type }) => type === 'PodScheduled');
    const isSame = known?.status === 'False' && known.reason === reason && known.message === message;
    const nominated = nominationOf(pod, nominatedNodeName);
    if (isSame && nominated === undefined) return;
    await this.#patchStatus(pod, {
      ...nominated,
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason,
          message,
          ...(known?.status === 'False' ? {} : { lastTransitionTime: formatTime(clock.now()) }),
          ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
        },
      ],
    });
  }

  async #patchStatus(pod: Pod, status: object): Promise<void> {
    const { client, clock, requests, log } = this.#sources;
    const { namespace = '', name = '' } = pod.metadata;
    try {
      await client.patch(pods, {
        namespace,
        name,
        type: 'strategic',
        subresource: 'status',
        body: { status },
      });
    } catch (error) {
      const busyMs = retryAfterOf(error);
      if (busyMs === undefined && !isNotFound(error)) throw error;
      // Written later, so that bindings do not wait for it; by then it may be out of date.
      if (busyMs === undefined) return;
      clock.after(busyMs, () => {
        if (this.#isStopped || !this.#isPending(pod)) return;
        void requests
          .track(this.#patchStatus(pod, status))
          .catch((problem: unknown) => log.warn({ err: problem }, 'scheduling'));
      });
    }
  }

  /** Still without a node, and not on its way to one. */
  #isPending(pod: Pod): boolean {
    const { currentPod, clusterState } = this.#sources;
    const current = currentPod(pod);
    return (
      current?.metadata.uid === pod.metadata.uid && !current?.spec?.nodeName && !clusterState.isAssumed(pod)
    );
  }
}

/** The field to write, where the nomination changes. */
function nominationOf(
  pod: Pod,
  nodeName: string | undefined,
): { nominatedNodeName: string | null } | undefined {
  if (nodeName === undefined || nodeName === (pod.status?.nominatedNodeName ?? '')) return undefined;
  return { nominatedNodeName: nodeName === '' ? null : nodeName };
}

/** Whether a busy server is behind an error. */
function isBusy(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (retryAfterOf(cause) !== undefined) return true;
  return false;
}
