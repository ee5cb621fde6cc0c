import type { Pod } from '../../runtime/client/resource.ts';
import type { SortablePod } from '../framework/plugin.ts';

/**
 * A Pod that waits for a node, with what earlier attempts found (kube-scheduler: `framework.QueuedPodInfo`).
 */
export class QueuedPod implements SortablePod {
  /** The latest state; replaced as the API shows changes. */
  pod: Pod;
  timestampMs: number;
  /** How often it was taken from the queue. */
  attempts = 0;
  /** How often plugins rejected it; decides how long it backs off. */
  unschedulableCount = 0;
  /** How often in a row it came back because of an error. */
  consecutiveErrors = 0;
  /** Plugins that rejected it at the last attempt, or that keep it out of the queue. */
  unschedulablePlugins: ReadonlySet<string> = new Set();
  /** Those of them that wait for something that was begun: their events skip the backoff. */
  pendingPlugins: ReadonlySet<string> = new Set();
  /** The PreEnqueue plugin that keeps it out of the queue. */
  gatingPlugin: string | undefined;
  /** When its backoff ends; on the monotonic clock. */
  backoffEndsMs = 0;

  constructor(pod: Pod, nowMs: number) {
    this.pod = pod;
    this.timestampMs = nowMs;
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }
}
