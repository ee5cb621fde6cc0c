import type { EvaluateOptions, Variables } from '../environment.ts';
import { EvaluationError, type Result } from '../values.ts';

/** Thrown when the cost is above its limit: nothing absorbs it. */
export class CostExceeded {
  readonly kind = 'cost-exceeded';
}

const maxIterationsBetweenChecks = 100;

/** What one evaluation keeps. */
export class Frame {
  readonly variables: Variables;
  /** Variables of comprehensions by slot. */
  readonly locals: (Result | undefined)[];
  cost = 0;
  readonly #limit: number;
  readonly #interrupted: (() => boolean) | undefined;
  #iterations = 0;

  constructor(variables: Variables, localCount: number, options: EvaluateOptions) {
    this.variables = variables;
    this.locals = Array.from({ length: localCount });
    this.#limit = options.costLimit ?? Infinity;
    this.#interrupted = options.interrupted;
  }

  /** Adds to the cost. */
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new CostExceeded();
  }

  /** Counts one step of a loop; true when the evaluation has to end. */
  isInterrupted(): boolean {
    if (this.#interrupted === undefined || ++this.#iterations % maxIterationsBetweenChecks !== 0)
      return false;
    return this.#interrupted();
  }
}

/** One node of an expression, ready to run. */
export type Run = (frame: Frame) => Result;

export const interruptedError = new EvaluationError('operation interrupted');
