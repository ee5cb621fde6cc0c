/** Stops what was started, the latest first; a step that fails does not keep the others from running. */
export class StopStack {
  readonly #steps: { name: string; stop: () => Promise<void> }[] = [];
  #closing: Promise<void> | undefined;

  push(name: string, stop: () => Promise<void>): void {
    this.#steps.push({ name, stop });
  }

  /** Runs once, however often it is called. Throws an AggregateError of the steps that failed. */
  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        failures.push(new Error(`stopping ${step.name}: ${(error as Error).message}`, { cause: error }));
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map((one) => one.message).join('; '));
  }
}
