import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import type { Change } from '../framework/cycles/scheduling-algorithm.ts';
import { PriorityLine } from './priority-line.ts';

/** After so long an unschedulable Pod is tried again, whatever happened (kube-scheduler: `podMaxInUnschedulablePodsDuration`). */
const longestUnschedulableMs = 5 * 60 * 1000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 10_000;

interface Entry {
  pod: Pod;
  attempts: number;
  /** When it was last taken, on the monotonic clock; its backoff counts from there. */
  takenAtMs: number;
  state: 'active' | 'backoff' | 'unschedulable' | 'in hand';
  timer?: Timer;
  /** What may help it, while it is unschedulable. */
  helpedBy: ReadonlySet<Change>;
  /** How often what had changed when it was taken: a failure may be out of date when it is told. */
  seen: Readonly<Record<Change, number>> | undefined;
  /** Its own spec changed while it was in hand. */
  changedWhileInHand: boolean;
}

/** Pods that wait for a change of each kind. */
type Waiting = Readonly<Record<Change, Set<Entry>>>;

/**
 * Pods that wait for a node (kube-scheduler: `backend/queue`).
 *
 *     add ──► active ──take──► in hand ──done──► (gone)
 *               ▲                 │ fail
 *               │                 ▼
 *            backoff ◄──move── unschedulable
 *
 * `active` is ordered by priority, then by the time of coming there. A failed Pod waits as unschedulable until something
 * changes that may help it (`move`), then out its backoff of 1 s, doubling to 10 s. A change costs as much as the Pods
 * that it may help, not as all that wait. Holds each pending Pod once: that is its bound.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #active = new PriorityLine<Entry>();
  readonly #waiting: Waiting = {
    node: new Set(),
    'pod placed': new Set(),
    'pod gone': new Set(),
    storage: new Set(),
  };
  /** How often each kind of change happened. */
  readonly #changes: Record<Change, number> = { node: 0, 'pod placed': 0, 'pod gone': 0, storage: 0 };
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
        state: 'active',
        helpedBy: new Set(),
        seen: undefined,
        changedWhileInHand: false,
      };
      this.#entries.set(uid, fresh);
      this.#activate(fresh);
      return;
    }
    entry.pod = pod;
    if (!mayHelp) return;
    if (entry.state === 'in hand') entry.changedWhileInHand = true;
    else if (entry.state === 'unschedulable') this.#backOff(entry);
  }

  /** The Pod has a node, or is gone. */
  remove(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry === undefined) return;
    this.#leave(entry);
    this.#entries.delete(uidOf(pod));
  }

  /** The next Pod to place; waits for one. Undefined once closed. One taker at a time. */
  take(): Promise<Pod | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const next = this.#active.shift();
    if (next !== undefined) return Promise.resolve(this.#give(next));
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** No node for the Pod in hand: it waits for one of the changes that may help. */
  fail(pod: Pod, helpedBy: ReadonlySet<Change>): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry?.state !== 'in hand') return;
    const { seen } = entry;
    if (
      entry.changedWhileInHand ||
      [...helpedBy].some((change) => seen?.[change] !== this.#changes[change])
    ) {
      this.#backOff(entry);
      return;
    }
    this.#leave(entry);
    entry.state = 'unschedulable';
    entry.helpedBy = helpedBy;
    for (const change of helpedBy) this.#waiting[change].add(entry);
    entry.timer = this.#clock.after(longestUnschedulableMs, () => this.#activate(entry));
  }

  /** An error that has nothing to do with nodes (a failed binding): tried again after its backoff. */
  retry(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (entry?.state === 'in hand') this.#backOff(entry);
  }

  /** Something changed that may help Pods. */
  move(change: Change): void {
    this.#changes[change]++;
    for (const entry of this.#waiting[change]) this.#backOff(entry);
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

  /** Takes an entry from wherever it is. */
  #leave(entry: Entry): void {
    entry.timer?.cancel();
    delete entry.timer;
    if (entry.state === 'active') this.#active.delete(entry);
    for (const change of entry.helpedBy) this.#waiting[change].delete(entry);
    entry.helpedBy = new Set();
  }

  #backOff(entry: Entry): void {
    this.#leave(entry);
    entry.state = 'backoff';
    const backoffMs = Math.min(firstBackoffMs * 2 ** Math.max(0, entry.attempts - 1), longestBackoffMs);
    const leftMs = entry.takenAtMs + backoffMs - this.#clock.monotonicMs();
    if (leftMs <= 0) this.#activate(entry);
    else entry.timer = this.#clock.after(leftMs, () => this.#activate(entry));
  }

  #activate(entry: Entry): void {
    if (this.#closed || this.#entries.get(uidOf(entry.pod)) !== entry) return;
    this.#leave(entry);
    entry.state = 'active';
    if (this.#taker !== undefined) {
      const taker = this.#taker;
      this.#taker = undefined;
      taker(this.#give(entry));
      return;
    }
    this.#active.push(entry, entry.pod.spec?.priority ?? 0);
  }

  #give(entry: Entry): Pod {
    entry.state = 'in hand';
    entry.attempts++;
    entry.takenAtMs = this.#clock.monotonicMs();
    entry.changedWhileInHand = false;
    entry.seen = { ...this.#changes };
    return entry.pod;
  }
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}
