/** Why a request was turned away; the words are those of kube-apiserver's metrics. */
export type Rejection = 'cancelled' | 'queue-full' | 'time-out';

export interface PriorityLevelOptions {
  /** How many requests are under way at a time. */
  seats: number;
  /** How many wait, of all users. */
  maxQueued: number;
  /** How many of one user wait. */
  maxQueuedPerUser: number;
  /** What waiting requests may hold in memory together. */
  maxQueuedBytes: number;
  maxWaitMs: number;
}

/** Who waits, and for how long. */
export interface Arrival {
  user: string;
  /** What the request holds in memory while it waits. */
  bytes: number;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

interface Waiter {
  arrival: Arrival;
  settle(outcome: Rejection | undefined): void;
}

/**
 * Seats for requests of one kind, and a bounded queue before them in which users take turns: one who sends
 * thousands waits for himself (Kubernetes: what `flowcontrol/fairqueuing` does for one priority level).
 *
 *     seats 2, running a1 a2; waiting  ann: a3 a4 a5   bob: b1
 *     a1 ends → a3 gets the seat, then b1, then a4
 */
export class PriorityLevel {
  readonly #options: PriorityLevelOptions;
  /** Whose turn it is, first. */
  readonly #waiting = new Map<string, Waiter[]>();
  #running = 0;
  #queued = 0;
  #queuedBytes = 0;

  constructor(options: PriorityLevelOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Takes a seat if there is one and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#running >= this.#options.seats) return false;
    this.#running++;
    return true;
  }

  /** Waits for a seat; undefined: it is taken, and to be given back by `leave`. */
  enter(arrival: Arrival): Promise<Rejection | undefined> {
    if (this.tryEnter()) return Promise.resolve(undefined);
    const { maxQueued, maxQueuedPerUser, maxQueuedBytes, maxWaitMs } = this.#options;
    const own = this.#waiting.get(arrival.user) ?? [];
    if (
      this.#queued >= maxQueued ||
      own.length >= maxQueuedPerUser ||
      this.#queuedBytes + arrival.bytes > maxQueuedBytes
    ) {
      return Promise.resolve('queue-full');
    }
    return new Promise((resolve) => {
      const give = (outcome: Rejection): void => {
        this.#remove(waiter);
        waiter.settle(outcome);
      };
      const cancel = (): void => give('cancelled');
      const timer = setTimeout(() => give('time-out'), maxWaitMs);
      const waiter: Waiter = {
        arrival,
        settle(outcome) {
          clearTimeout(timer);
          arrival.signal.removeEventListener('abort', cancel);
          resolve(outcome);
        },
      };
      own.push(waiter);
      this.#waiting.set(arrival.user, own);
      this.#queued++;
      this.#queuedBytes += arrival.bytes;
      arrival.signal.addEventListener('abort', cancel);
      if (arrival.signal.aborted) cancel();
    });
  }

  /** Takes a seat beyond all limits. */
  enterAnyway(): void {
    this.#running++;
  }

  leave(): void {
    this.#running--;
    if (this.#running >= this.#options.seats) return;
    const next = this.#waiting.entries().next().value;
    if (next === undefined) return;
    const [user, [waiter]] = next;
    if (waiter === undefined) return;
    this.#remove(waiter);
    // The user's others wait for the next turn.
    const rest = this.#waiting.get(user);
    if (rest !== undefined) {
      this.#waiting.delete(user);
      this.#waiting.set(user, rest);
    }
    this.#running++;
    waiter.settle(undefined);
  }

  #remove(waiter: Waiter): void {
    const { user, bytes } = waiter.arrival;
    const own = this.#waiting.get(user);
    const index = own?.indexOf(waiter) ?? -1;
    if (own === undefined || index === -1) return;
    own.splice(index, 1);
    if (own.length === 0) this.#waiting.delete(user);
    this.#queued--;
    this.#queuedBytes -= bytes;
  }
}
