/**
 * Work whose result is for every call made before it began: calls made while it runs share the next turn,
 * which begins when this one is over.
 */
export class NextTurn<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** The result of a turn that begins after this call. */
  take(): Promise<T> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const turn = this.#work();
      this.#running = turn.catch(() => undefined);
      return turn;
    });
    return this.#next;
  }
}
