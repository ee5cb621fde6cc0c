import type { Clock, Timer } from '../../runtime/clock.ts';
import type { QueuedPod } from './queued-pod.ts';

/** kube-scheduler: `podMaxInUnschedulablePodsDuration` */
const longestUnschedulableMs = 5 * 60 * 1000;

/**
 * Pods that wait for an event that may make them schedulable (kube-scheduler: `unschedulablePods`). They are
 * filed by the plugins that rejected them, so that an event costs as much as the Pods that it may help, and
 * not as all that wait.
 */
export class UnschedulablePods {
  readonly #clock: Clock;
  readonly #timers = new Map<QueuedPod, Timer>();
  readonly #byPlugin = new Map<string, Set<QueuedPod>>();
  readonly #expired: (pod: QueuedPod) => void;

  /** `expired` is given a Pod that has waited for five minutes; it is no longer among them then. */
  constructor(clock: Clock, expired: (pod: QueuedPod) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get size(): number {
    return this.#timers.size;
  }

  add(pod: QueuedPod): void {
    this.delete(pod);
    for (const plugin of pod.unschedulablePlugins) {
      const filed = this.#byPlugin.get(plugin);
      if (filed === undefined) this.#byPlugin.set(plugin, new Set([pod]));
      else filed.add(pod);
    }
    const timer = this.#clock.after(longestUnschedulableMs, () => {
      this.delete(pod);
      this.#expired(pod);
    });
    this.#timers.set(pod, timer);
  }

  has(pod: QueuedPod): boolean {
    return this.#timers.has(pod);
  }

  delete(pod: QueuedPod): boolean {
    const timer = this.#timers.get(pod);
    if (timer === undefined) return false;
    timer.cancel();
    this.#timers.delete(pod);
    for (const plugin of pod.unschedulablePlugins) {
      const filed = this.#byPlugin.get(plugin);
      filed?.delete(pod);
      if (filed?.size === 0) this.#byPlugin.delete(plugin);
    }
    return true;
  }

  /** Those that one of the plugins rejected, each once. */
  rejectedBy(plugins: readonly string[]): Set<QueuedPod> {
    const pods = new Set<QueuedPod>();
    for (const plugin of plugins) for (const pod of this.#byPlugin.get(plugin) ?? []) pods.add(pod);
    return pods;
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }
}
