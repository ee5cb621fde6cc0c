/**
 * Things in a line: higher priority first, then who came first. Coming, leaving from anywhere and taking the first cost
 * the same however many wait; as many lines are kept as there are priorities.
 */
export class PriorityLine<T> {
  readonly #lines = new Map<number, Set<T>>();
  readonly #priorityOf = new Map<T, number>();
  /** Priorities that have a line, ascending. */
  #priorities: number[] = [];

  get size(): number {
    return this.#priorityOf.size;
  }

  push(item: T, priority: number): void {
    this.delete(item);
    let line = this.#lines.get(priority);
    if (line === undefined) {
      line = new Set();
      this.#lines.set(priority, line);
      this.#priorities = [...this.#lines.keys()].sort((left, right) => left - right);
    }
    line.add(item);
    this.#priorityOf.set(item, priority);
  }

  delete(item: T): boolean {
    const priority = this.#priorityOf.get(item);
    const line = priority === undefined ? undefined : this.#lines.get(priority);
    if (priority === undefined || line === undefined) return false;
    this.#priorityOf.delete(item);
    line.delete(item);
    if (line.size === 0) {
      this.#lines.delete(priority);
      this.#priorities = this.#priorities.filter((one) => one !== priority);
    }
    return true;
  }

  /** Takes the first out. */
  shift(): T | undefined {
    const highest = this.#priorities.at(-1);
    if (highest === undefined) return undefined;
    for (const first of this.#lines.get(highest) ?? []) {
      this.delete(first);
      return first;
    }
    return undefined;
  }
}
