/** The parts whose state `kubectl get componentstatuses` and their mirror Pods show. */
export type ObservedPartName = 'controller-manager' | 'scheduler';

/** Answers for parts that start after the API server that is asked for them. */
export class ObservedParts {
  #running: { problemOf(part: ObservedPartName): string | undefined } | undefined;

  /** From now on `running` is asked. */
  observe(running: { problemOf(part: ObservedPartName): string | undefined }): void {
    this.#running = running;
  }

  /** What keeps a part from working; undefined: nothing. */
  problemOf(part: ObservedPartName): string | undefined {
    return this.#running === undefined ? 'it has not started yet' : this.#running.problemOf(part);
  }

  /** Resolves to `ok`, or rejects with what keeps the part from working. */
  probe(part: ObservedPartName): () => Promise<string> {
    return async () => {
      const problem = this.problemOf(part);
      if (problem !== undefined) throw new Error(problem);
      return 'ok';
    };
  }
}
