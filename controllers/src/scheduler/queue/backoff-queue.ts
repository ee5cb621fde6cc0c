import type { Clock, Timer } from '../../runtime/clock.ts';
import { Heap } from './heap.ts';
import type { QueuedPod } from './queued-pod.ts';

/** kube-scheduler: `podInitialBackoffSeconds` */
const firstBackoffMs = 1_000;
/** kube-scheduler: `podMaxBackoffSeconds` */
const longestBackoffMs = 10_000;

/** Pods that may be tried again, but not so soon after they failed (kube-scheduler: `backoffQueue`). */
export class BackoffQueue {
  readonly #clock: Clock;
  readonly #heap = new Heap<QueuedPod>((one, other) => one.backoffEndsMs < other.backoffEndsMs);
  readonly #ended: (pod: QueuedPod) => void;
  #timer: Timer | undefined;
  #timerMs = 0;

  /** `ended` is given every Pod when its backoff ends; it is no longer in the queue then. */
  constructor(clock: Clock, ended: (pod: QueuedPod) => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Computes when the backoff of a Pod ends that came back just now: after 1 s, 2 s, 4 s, at most 10 s. */
  begin(pod: QueuedPod): void {
    const failures = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
    const backoffMs =
      failures === 0 ? 0 : Math.min(firstBackoffMs * 2 ** Math.min(failures - 1, 30), longestBackoffMs);
    pod.backoffEndsMs = pod.timestampMs + backoffMs;
  }

  /** Whether a Pod must still wait. */
  isBackingOff({ backoffEndsMs }: QueuedPod): boolean {
    return backoffEndsMs > this.#clock.monotonicMs();
  }

  add(pod: QueuedPod): void {
    this.#heap.push(pod);
    this.#setTimer();
  }

  delete(pod: QueuedPod): boolean {
    return this.#heap.delete(pod);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #setTimer(): void {
    const first = this.#heap.peek();
    if (first === undefined || (this.#timer !== undefined && this.#timerMs <= first.backoffEndsMs)) return;
    this.#timer?.cancel();
    this.#timerMs = first.backoffEndsMs;
    this.#timer = this.#clock.after(first.backoffEndsMs - this.#clock.monotonicMs(), () => this.#flush());
  }

  #flush(): void {
    this.#timer = undefined;
    for (let first = this.#heap.peek(); first && !this.isBackingOff(first); first = this.#heap.peek()) {
      this.#heap.delete(first);
      this.#ended(first);
    }
    this.#setTimer();
  }
}
