/** The requests under way to the API, of which there are only so many at a time. */
export class RequestLimit {
  readonly #limit: number;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request until it has ended. */
  track<T>(request: Promise<T>): Promise<T> {
    const ended = request.then(
      () => void this.#underWay.delete(ended),
      () => void this.#underWay.delete(ended),
    );
    this.#underWay.add(ended);
    return request;
  }

  /** Whether there are as many as there may be. */
  get isFull(): boolean {
    return this.#underWay.size >= this.#limit;
  }

  /** Resolves when one may be added. */
  async hasRoom(): Promise<void> {
    while (this.isFull) await Promise.race(this.#underWay);
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
