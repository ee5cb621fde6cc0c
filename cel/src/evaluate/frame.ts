import type { EvaluateOptions, Variables } from '../environment.ts';
import { EvaluationError, type Result } from '../values.ts';
import { Loop, Paused } from './loop.ts';

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
  /** In an evaluation in steps, the loop that is under way; else undefined. */
  loop: Loop | undefined = undefined;
  #outermost: Loop | undefined = undefined;
  #paused: { loop: Loop; cost: number } | undefined = undefined;
  #stepEndsAt = Infinity;
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

  /** Begins a step of about this cost: the expression runs again from its start. */
  beginStep(costPerStep: number): void {
    this.loop = this.#outermost ??= new Loop();
    this.#stepEndsAt = (this.#paused?.cost ?? 0) + costPerStep;
    this.cost = 0;
  }

  /** A loop begins or goes on. What was charged on the way to the one that paused was charged before. */
  enter(loop: Loop): void {
    this.loop = loop;
    if (this.#paused?.loop !== loop) return;
    this.cost = this.#paused.cost;
    this.#paused = undefined;
  }

  /** Between two elements of the loop under way: ends the step where it was long enough. */
  pauseIfDue(): void {
    if (this.cost < this.#stepEndsAt) return;
    this.#paused = { loop: this.loop!, cost: this.cost };
    throw new Paused();
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
