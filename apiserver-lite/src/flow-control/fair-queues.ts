import type { Clock } from '../storage/clock.ts';
import { dealHand } from './deal-hand.ts';
import { SeatDemand } from './seat-demand.ts';

/** Why a request was turned away; the words are those of kube-apiserver's metrics. */
export type Refusal = 'cancelled' | 'queue-full' | 'concurrency-limit' | 'time-out';

/** The queues of a priority level. */
export interface Queueing {
  queues: number;
  handSize: number;
  queueLengthLimit: number;
}

/** A request that wants a seat. */
export interface FlowArrival {
  /** What stands for its flow: those of one flow are in the same few queues. */
  flow: string;
  /** What the request holds in memory while it waits. */
  bytes: number;
  /** How long it may wait. */
  waitMs: number;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Gives a seat back; to be called once. */
export type Leave = () => void;

interface Waiter {
  arrival: FlowArrival;
  settle(outcome: Leave | Refusal): void;
}

interface Queue {
  readonly waiting: Set<Waiter>;
  /** The virtual time at which its next request may start: the service that it had, in ms. */
  start: number;
}

/** What a request is taken to last until it has ended. */
const guessMs = 3;
const maxWaitingBytes = 32 * 1024 * 1024;

/**
 * The seats of one priority level, and the queues before them (Kubernetes: `flowcontrol/fairqueuing`;
 * KEP-1040). Each queue carries the service that its requests had as a start tag; the next seat goes to the
 * queue that would be done first. A queue that was idle begins at the tag of the last one that was served, so
 * that idleness earns nothing.
 *
 *     limit 1; queue A (tag 9): a1 a2 a3   queue B (tag 0, was idle; now 9): b1
 *     served: a1 (A 9 → 12), b1 (B 9 → 12), a2, a3
 */
export class FairQueues {
  readonly #clock: Clock;
  readonly #demand: SeatDemand;
  readonly #queues: Queue[] = [];
  /** Those in which somebody waits; the one that was served last is the last. */
  readonly #active = new Set<Queue>();
  #queueing: Queueing | undefined;
  #limit = 0;
  #executing = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #virtual = 0;
  #arrivals = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#demand = new SeatDemand(clock.now());
  }

  get isIdle(): boolean {
    return this.#executing + this.#waiting === 0;
  }

  get demand(): SeatDemand {
    return this.#demand;
  }

  /** Without queues, requests that find no seat are turned away. Those that wait keep their places. */
  configure(queueing: Queueing | undefined): void {
    this.#queueing = queueing;
    const { queues = 0 } = queueing ?? {};
    while (this.#queues.length < queues) this.#queues.push({ waiting: new Set(), start: 0 });
    // Requests in queues that there are no more are served from `#active`.
    this.#queues.length = queues;
  }

  /** How many seats there are; those who wait get the new ones. */
  limitTo(seats: number): void {
    this.#limit = seats;
    this.#dispatch();
  }

  /** A seat, the reason why there is none, or a promise of one of both. */
  enter(arrival: FlowArrival): Leave | Refusal | Promise<Leave | Refusal> {
    const queue = this.#queueFor(arrival.flow);
    if (this.#waiting === 0 && this.#executing < this.#limit) return this.#serve(queue);
    if (queue === undefined) return 'concurrency-limit';
    const { queueLengthLimit = 0 } = this.#queueing ?? {};
    if (queue.waiting.size >= queueLengthLimit || this.#waitingBytes + arrival.bytes > maxWaitingBytes) {
      return 'queue-full';
    }
    if (arrival.signal.aborted) return 'cancelled';
    if (arrival.waitMs <= 0) return 'time-out';
    return new Promise((resolve) => this.#wait(queue, arrival, resolve));
  }

  #wait(queue: Queue, arrival: FlowArrival, resolve: (outcome: Leave | Refusal) => void): void {
    const give = (outcome: Refusal): void => {
      this.#remove(queue, waiter);
      this.#note();
      waiter.settle(outcome);
      // The seats may be fewer than the limit where it went up while nobody could be served.
      this.#dispatch();
    };
    const cancel = (): void => give('cancelled');
    const stopTimer = this.#clock.after(arrival.waitMs, () => give('time-out'));
    const waiter: Waiter = {
      arrival,
      settle(outcome) {
        stopTimer();
        arrival.signal.removeEventListener('abort', cancel);
        resolve(outcome);
      },
    };
    arrival.signal.addEventListener('abort', cancel, { once: true });
    queue.waiting.add(waiter);
    this.#active.add(queue);
    this.#waiting++;
    this.#waitingBytes += arrival.bytes;
    this.#note();
    this.#dispatch();
  }

  /** Of the flow's queues the shortest one; undefined where there are none. */
  #queueFor(flow: string): Queue | undefined {
    if (this.#queueing === undefined) return undefined;
    const { queues, handSize } = this.#queueing;
    const hand = dealHand(flow, queues, handSize);
    const offset = this.#arrivals++ % hand.length;
    let best: Queue | undefined;
    for (let index = 0; index < hand.length; index++) {
      const queue = this.#queues[hand[(offset + index) % hand.length] ?? 0];
      if (queue !== undefined && (best === undefined || queue.waiting.size < best.waiting.size)) best = queue;
    }
    if (best !== undefined && best.waiting.size === 0) best.start = Math.max(best.start, this.#virtual);
    return best;
  }

  #serve(queue: Queue | undefined): Leave {
    this.#executing++;
    this.#note();
    const startedMs = this.#clock.now();
    if (queue !== undefined) {
      this.#virtual = Math.max(this.#virtual, queue.start);
      queue.start += guessMs;
    }
    return () => {
      this.#executing--;
      if (queue !== undefined) queue.start += Math.max(0, this.#clock.now() - startedMs) - guessMs;
      this.#note();
      this.#dispatch();
    };
  }

  #dispatch(): void {
    while (this.#executing < this.#limit && this.#waiting > 0) {
      let next: Queue | undefined;
      for (const queue of this.#active) if (next === undefined || queue.start < next.start) next = queue;
      const waiter = next?.waiting.values().next().value;
      if (next === undefined || waiter === undefined) return;
      this.#remove(next, waiter);
      if (this.#active.delete(next)) this.#active.add(next);
      waiter.settle(this.#serve(next));
    }
  }

  #remove(queue: Queue, waiter: Waiter): void {
    if (!queue.waiting.delete(waiter)) return;
    if (queue.waiting.size === 0) this.#active.delete(queue);
    this.#waiting--;
    this.#waitingBytes -= waiter.arrival.bytes;
  }

  #note(): void {
    this.#demand.set(this.#executing + this.#waiting, this.#clock.now());
  }
}
