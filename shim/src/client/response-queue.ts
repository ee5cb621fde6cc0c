import type { EtcdError } from '../etcdserverpb/etcd-error.ts';

/** More than so many answers that nobody has read: the source is asked to wait. */
const highWaterMark = 64;

/**
 * Answers on their way from a source that pushes to a reader that pulls. It never refuses an answer, but
 * tells the source when to wait and when to go on.
 */
export class ResponseQueue<T> implements AsyncIterable<T> {
  readonly #onDrained: () => void;
  #items: T[] = [];
  #next = 0;
  #isFull = false;
  #end: { error: EtcdError | undefined } | undefined;
  #waiting: (() => void) | undefined;

  constructor(onDrained: () => void) {
    this.#onDrained = onDrained;
  }

  /** False: wait for `onDrained`. */
  push(item: T): boolean {
    if (this.#end !== undefined) return false;
    this.#items.push(item);
    if (this.#items.length - this.#next >= highWaterMark) this.#isFull = true;
    this.#wake();
    return !this.#isFull;
  }

  /** Nothing more comes; the reader gets what is there, then the error, or a plain end. */
  end(error?: EtcdError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#wake();
  }

  /** As `end`, but what nobody has read yet is forgotten. */
  discard(): void {
    this.#items = [];
    this.#next = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.#next < this.#items.length) {
        const item = this.#items[this.#next++] as T;
        if (this.#next === this.#items.length) {
          this.#items = [];
          this.#next = 0;
          if (this.#isFull) {
            this.#isFull = false;
            this.#onDrained();
          }
        }
        yield item;
      }
      if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
