/** Names a value of a cycle state; made once for each plugin and extension point by `stateKey`. */
export interface StateKey<T> {
  /** Place of the value: reading costs as much as reading an array. */
  readonly index: number;
  readonly name: string;
  readonly [valueType]?: T;
}
declare const valueType: unique symbol;

let keys = 0;

/** Makes a key; `name` is kube-scheduler's (`PreFilterNodeResourcesFit`), for messages. */
export function stateKey<T>(name: string): StateKey<T> {
  return { index: keys++, name };
}

/** A plugin looked for what its earlier extension point did not leave; the message is kube-scheduler's. */
class StateNotFoundError extends Error {
  override readonly name = 'StateNotFoundError';

  constructor() {
    super('not found');
  }
}

/**
 * What plugins leave for their later extension points, for one Pod and one attempt to schedule it
 * (kube-scheduler: `framework.CycleState`).
 */
export class CycleState {
  readonly #values: unknown[] = [];

  /** Leaves a value. */
  write<T>(key: StateKey<T>, value: T): void {
    this.#values[key.index] = value;
  }

  /** What was left. @throws Error `not found` */
  read<T>(key: StateKey<T>): T {
    const value = this.#values[key.index] as T | undefined;
    if (value === undefined) throw new StateNotFoundError();
    return value;
  }

  /** What was left, if anything. */
  find<T>(key: StateKey<T>): T | undefined {
    return this.#values[key.index] as T | undefined;
  }
}
