import type { DeepReadonly } from './deep-readonly.ts';

/**
 * What a follower does with changes. A method may return a promise: the next change of this handler then
 * waits for it, other handlers do not. A method that throws or rejects is logged, and the next change
 * follows.
 */
export interface InformerHandler<T> {
  add?(object: DeepReadonly<T>): void | Promise<void>;
  update?(object: DeepReadonly<T>, old: DeepReadonly<T>): void | Promise<void>;
  delete?(old: DeepReadonly<T>): void | Promise<void>;
}

/** One object from what the handler was last called with to what it is now; undefined: there is none. */
export interface ObjectChange<T> {
  key: string;
  before: DeepReadonly<T> | undefined;
  after: DeepReadonly<T> | undefined;
}

interface Pending<T> extends ObjectChange<T> {
  sequence: number;
}

/**
 * The changes that one handler has not been called with yet, one for each object: while the handler is busy,
 * later changes of the same object are merged into the one that waits. So no handler, however slow, makes
 * this queue longer than the number of objects that exist or existed when it was last called.
 *
 *     waits          then           becomes
 *     add            update         add with the newer object
 *     add            delete         nothing
 *     update         update         update from the oldest to the newest
 *     update         delete         delete of the oldest
 *     delete         add            update
 */
export class HandlerQueue<T> {
  readonly #handler: InformerHandler<T>;
  readonly #failed: (error: unknown) => void;
  readonly #pending = new Map<string, Pending<T>>();
  readonly #drainWaiters: { sequence: number; done: () => void }[] = [];
  #sequence = 0;
  #busy = false;
  #closed = false;

  /** `failed` is called with what the handler throws. */
  constructor(handler: InformerHandler<T>, failed: (error: unknown) => void) {
    this.#handler = handler;
    this.#failed = failed;
  }

  /** Changes that wait, without the one that the handler works on. */
  get size(): number {
    return this.#pending.size;
  }

  /** Calls the handler at once where it is idle. */
  push({ key, before, after }: ObjectChange<T>): void {
    if (this.#closed) return;
    const waiting = this.#pending.get(key);
    if (waiting === undefined) {
      this.#sequence += 1;
      this.#pending.set(key, { key, before, after, sequence: this.#sequence });
    } else if (waiting.before === undefined && after === undefined) this.#pending.delete(key);
    else waiting.after = after;
    if (!this.#busy) this.#drain();
  }

  /** Resolves when the handler was called with all that waits now, or when the queue is closed. */
  drained(): Promise<void> {
    if (this.#closed || (!this.#busy && this.#pending.size === 0)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drainWaiters.push({ sequence: this.#sequence, done: resolve });
    });
  }

  /** The handler is not called any more. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
    for (const { done } of this.#drainWaiters.splice(0)) done();
  }

  /** Until the queue is empty, or the handler returns a promise. */
  #drain(): void {
    this.#busy = true;
    for (;;) {
      this.#settleWaiters();
      const next = this.#take();
      if (next === undefined) break;
      const pending = this.#call(next);
      if (pending !== undefined) {
        void this.#resume(pending);
        return;
      }
    }
    this.#busy = false;
  }

  async #resume(pending: Promise<void>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      this.#failed(error);
    }
    this.#drain();
  }

  #take(): Pending<T> | undefined {
    for (const [key, change] of this.#pending) {
      this.#pending.delete(key);
      return change;
    }
    return undefined;
  }

  #call({ before, after }: Pending<T>): Promise<void> | undefined {
    const { add, update, delete: remove } = this.#handler;
    try {
      let result: void | Promise<void>;
      if (after === undefined) {
        result = before === undefined ? undefined : remove?.call(this.#handler, before);
      } else if (before === undefined) result = add?.call(this.#handler, after);
      else result = update?.call(this.#handler, after, before);
      return result instanceof Promise ? result : undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #settleWaiters(): void {
    if (this.#drainWaiters.length === 0) return;
    let oldest = Number.POSITIVE_INFINITY;
    for (const { sequence } of this.#pending.values()) {
      oldest = sequence;
      break;
    }
    while ((this.#drainWaiters[0]?.sequence ?? Number.POSITIVE_INFINITY) < oldest) {
      this.#drainWaiters.shift()?.done();
    }
  }
}
