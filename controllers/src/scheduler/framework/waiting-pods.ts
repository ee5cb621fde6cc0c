import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import { type Status, unschedulable } from './status.ts';

/** A Pod whose binding is held back by Permit plugins (kube-scheduler: `framework.WaitingPod`). */
class WaitingPod {
  readonly outcome: Promise<Status | undefined>;
  readonly #timers = new Map<string, Timer>();
  #settle: (status: Status | undefined) => void = () => undefined;

  constructor(waitMs: ReadonlyMap<string, number>, clock: Clock) {
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const [plugin, ms] of waitMs) {
      const reason = `rejected due to timeout after waiting ${ms / 1000}s at plugin ${plugin}`;
      this.#timers.set(
        plugin,
        clock.after(ms, () => this.reject(plugin, reason)),
      );
    }
  }

  /** Plugins that hold it back. */
  get pendingPlugins(): string[] {
    return [...this.#timers.keys()];
  }

  allow(plugin: string): void {
    this.#timers.get(plugin)?.cancel();
    if (this.#timers.delete(plugin) && this.#timers.size === 0) this.#settle(undefined);
  }

  reject(plugin: string, reason: string): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    const status = unschedulable(reason);
    this.#settle(plugin === '' ? status : status.from(plugin));
  }
}

/**
 * The Pods that have a node, and whose binding Permit plugins hold back (kube-scheduler: `waitingPodsMap`).
 */
export class WaitingPods {
  readonly #clock: Clock;
  readonly #pods = new Map<string, WaitingPod>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holds a Pod back; `waitMs` says for each plugin how long it may take. */
  add(pod: Pod, waitMs: ReadonlyMap<string, number>): void {
    this.#pods.set(pod.metadata.uid ?? '', new WaitingPod(waitMs, this.#clock));
  }

  /** Whether a Pod is held back. */
  has(pod: Pod): boolean {
    return this.#pods.has(pod.metadata.uid ?? '');
  }

  /** The plugins that hold a Pod back. */
  pendingPlugins(pod: Pod): readonly string[] {
    return this.#pods.get(pod.metadata.uid ?? '')?.pendingPlugins ?? [];
  }

  /** A plugin no longer holds the Pod back; when none does, the binding goes on. */
  allow(pod: Pod, plugin: string): void {
    this.#pods.get(pod.metadata.uid ?? '')?.allow(plugin);
  }

  /** The Pod is not bound. Answers whether it was held back. */
  reject(pod: Pod, plugin: string, reason: string): boolean {
    const waiting = this.#pods.get(pod.metadata.uid ?? '');
    waiting?.reject(plugin, reason);
    return waiting !== undefined;
  }

  /**
   * Resolves when no plugin holds the Pod back any more; with a status where one rejected it, or took too
   * long.
   */
  async outcomeOf(pod: Pod): Promise<Status | undefined> {
    const uid = pod.metadata.uid ?? '';
    const status = await this.#pods.get(uid)?.outcome;
    this.#pods.delete(uid);
    return status;
  }
}
