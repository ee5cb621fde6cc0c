import type { Clock, Timer } from '../runtime/clock.ts';
import type { Pod } from '../runtime/resource.ts';

/** After so long an unschedulable Pod is tried again, whatever happened (kube-scheduler: `podMaxInUnschedulablePodsDuration`). */
const longestUnschedulableMs = 5 * 60 * 1000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 10_000;

interface Entry {
  pod: Pod;
  attempts: number;
  /** When it was last taken, on the monotonic clock; its backoff counts from there. */
  takenAtMs: number;
  /** Order of arrival among equals. */
  sequence: number;
  state: 'active' | 'backoff' | 'unschedulable' | 'in hand';
  timer?: Timer;
  /** Something changed while the Pod was in hand, so that a failure may already be out of date. */
  movedWhileInHand: boolean;
}

/**
 * Pods that wait for a node (kube-scheduler: `backend/queue`).
 *
 *     add ──► active ──take──► in hand ──done──► (gone)
 *               ▲                 │ fail
 *               │                 ▼
 *            backoff ◄──move── unschedulable
 *
 * `active` is ordered by priority, then by arrival. A failed Pod waits as unschedulable until something changes that
 * may help it (`moveAll`), then out its backoff of 1 s, doubling to 10 s. Holds each pending Pod once: that is its bound.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #active: Entry[] = [];
  #sequence = 0;
  #taker: ((pod: Pod | undefined) => void) | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A Pod without a node appeared, or changed. A change to a waiting Pod may make it schedulable. */
  set(pod: Pod, mayHelp: boolean): void {
    const uid = uidOf(pod);
    const entry = this.#entries.get(uid);
    if (entry === undefined) {
      const fresh: Entry = {
        pod,
        attempts: 0,
        takenAtMs: 0,
        sequence: this.#sequence++,
        state: 'active',
        movedWhileInHand: false,
      };
      this.#entries.set(uid, fresh);
      this.#activate(fresh);
      return;
    }
    entry.pod = pod;
    if (mayHelp) this.#move(entry);
  }

  /** The Pod has a node, or is gone. */
  remove(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry === undefined) return;
    entry.timer?.cancel();
    this.#entries.delete(uidOf(pod));
    const index = this.#active.indexOf(entry);
    if (index >= 0) this.#active.splice(index, 1);
  }

  /** The next Pod to place; waits for one. Undefined once closed. One taker at a time. */
  take(): Promise<Pod | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const next = this.#active.shift();
    if (next !== undefined) return Promise.resolve(this.#inHand(next));
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** No node for the Pod in hand: it waits for a change. */
  fail(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry?.state !== 'in hand') return;
    if (entry.movedWhileInHand) {
      this.#backOff(entry);
      return;
    }
    entry.state = 'unschedulable';
    entry.timer = this.#clock.after(longestUnschedulableMs, () => this.#activate(entry));
  }

  /** An error that has nothing to do with nodes (a failed binding): tried again after its backoff. */
  retry(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry?.state === 'in hand') this.#backOff(entry);
  }

  /** Something changed that may help Pods: a node came or changed, a Pod left. */
  moveAll(): void {
    for (const entry of this.#entries.values()) this.#move(entry);
  }

  /** Pods that wait, by state. */
  counts(): Record<Entry['state'], number> {
    const counts = { active: 0, backoff: 0, unschedulable: 0, 'in hand': 0 };
    for (const { state } of this.#entries.values()) counts[state]++;
    return counts;
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#entries.values()) timer?.cancel();
    this.#taker?.(undefined);
    this.#taker = undefined;
  }

  #move(entry: Entry): void {
    if (entry.state === 'in hand') entry.movedWhileInHand = true;
    else if (entry.state === 'unschedulable') this.#backOff(entry);
  }

  #backOff(entry: Entry): void {
    entry.timer?.cancel();
    entry.state = 'backoff';
    const backoffMs = Math.min(firstBackoffMs * 2 ** Math.max(0, entry.attempts - 1), longestBackoffMs);
    const leftMs = entry.takenAtMs + backoffMs - this.#clock.monotonicMs();
    if (leftMs <= 0) this.#activate(entry);
    else entry.timer = this.#clock.after(leftMs, () => this.#activate(entry));
  }

  #activate(entry: Entry): void {
    entry.timer?.cancel();
    delete entry.timer;
    if (this.#closed || this.#entries.get(uidOf(entry.pod)) !== entry) return;
    entry.state = 'active';
    if (this.#taker !== undefined) {
      const taker = this.#taker;
      this.#taker = undefined;
      taker(this.#inHand(entry));
      return;
    }
    let index = this.#active.length;
    while (index > 0 && isBefore(entry, this.#active[index - 1]!)) index--;
    this.#active.splice(index, 0, entry);
  }

  #inHand(entry: Entry): Pod {
    entry.state = 'in hand';
    entry.attempts++;
    entry.takenAtMs = this.#clock.monotonicMs();
    entry.movedWhileInHand = false;
    return entry.pod;
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  const difference = (left.pod.spec?.priority ?? 0) - (right.pod.spec?.priority ?? 0);
  return difference === 0 ? left.sequence < right.sequence : difference > 0;
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}
