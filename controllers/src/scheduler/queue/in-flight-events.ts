import type { ObservedEvent } from './queueing-hints.ts';
import type { QueuedPod } from './queued-pod.ts';

/**
 * The events that happened while Pods were being scheduled (kube-scheduler: `inFlightEvents`): a Pod may be
 * rejected by what was true when it was taken from the queue, and is no longer when it comes back. An event
 * is kept as long as a Pod is under way that was taken before it.
 */
export class InFlightEvents {
  /** In the order in which they happened; the first has the number `#first`. */
  #events: ObservedEvent[] = [];
  #first = 0;
  /** For each Pod the number of the first event after it was taken; in the order in which they were taken. */
  readonly #pods = new Map<QueuedPod, number>();

  /** How many Pods are being scheduled. */
  get size(): number {
    return this.#pods.size;
  }

  has(pod: QueuedPod): boolean {
    return this.#pods.has(pod);
  }

  /** A Pod was taken from the queue. */
  begin(pod: QueuedPod): void {
    this.#pods.set(pod, this.#first + this.#events.length);
  }

  /** Something happened. */
  add(event: ObservedEvent): void {
    if (this.#pods.size > 0) this.#events.push(event);
  }

  /** What happened since a Pod was taken. */
  since(pod: QueuedPod): readonly ObservedEvent[] {
    const from = this.#pods.get(pod);
    return from === undefined ? [] : this.#events.slice(from - this.#first);
  }

  /** A Pod came back to the queue, or will not come back because plugins reject it. */
  end(pod: QueuedPod): void {
    if (!this.#pods.delete(pod)) return;
    const [oldest] = this.#pods.values();
    const keepFrom = oldest ?? this.#first + this.#events.length;
    if (keepFrom > this.#first) {
      this.#events = this.#events.slice(keepFrom - this.#first);
      this.#first = keepFrom;
    }
  }
}
