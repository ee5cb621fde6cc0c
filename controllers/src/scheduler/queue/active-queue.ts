import type { QueueSort } from '../framework/plugin.ts';
import { Heap } from './heap.ts';
import type { QueuedPod } from './queued-pod.ts';

/**
 * The Pods that can be scheduled now, in the order of the QueueSort plugin (kube-scheduler: `activeQueue`).
 */
export class ActiveQueue {
  readonly #heap: Heap<QueuedPod>;
  readonly #taken: (pod: QueuedPod) => void;
  #taker: ((pod: QueuedPod | undefined) => void) | undefined;
  #closed = false;

  /** `taken` is given every Pod at the moment when it leaves the queue by `pop`. */
  constructor(queueSort: QueueSort, taken: (pod: QueuedPod) => void) {
    this.#taken = taken;
    this.#heap = new Heap((one, other) => queueSort.less(one, other));
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Adds a Pod. A caller of `pop` that waits gets the first. */
  add(pod: QueuedPod): void {
    this.#heap.push(pod);
    if (this.#taker === undefined) return;
    const taker = this.#taker;
    this.#taker = undefined;
    taker(this.#takeFirst());
  }

  /** Has a Pod that is about to change, or has changed, take its place anew. Answers whether it is here. */
  update(pod: QueuedPod, change: () => void): boolean {
    if (!this.#heap.delete(pod)) return false;
    change();
    this.#heap.push(pod);
    return true;
  }

  delete(pod: QueuedPod): boolean {
    return this.#heap.delete(pod);
  }

  /** Takes the first out; waits for one. Undefined once closed. One taker at a time. */
  pop(): Promise<QueuedPod | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const first = this.#takeFirst();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** Ends the wait of the taker. */
  close(): void {
    this.#closed = true;
    this.#taker?.(undefined);
    this.#taker = undefined;
  }

  #takeFirst(): QueuedPod | undefined {
    const first = this.#heap.pop();
    if (first !== undefined) this.#taken(first);
    return first;
  }
}
