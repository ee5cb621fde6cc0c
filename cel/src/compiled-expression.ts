import type { Checked } from './checker/checker.ts';
import { estimateCost } from './checker/estimate-cost.ts';
import type { CompiledExpression, EvaluateOptions, Evaluation, Variables } from './environment.ts';
import type { CostEstimate } from './estimate.ts';
import { CostExceeded, Frame } from './evaluate/frame.ts';
import { Paused } from './evaluate/loop.ts';
import { InstantiationFailed, plan, type PlanContext, type Program } from './evaluate/planner.ts';
import type { SizeEstimator } from './library.ts';
import type { CelType } from './types.ts';
import { EvaluationError } from './values.ts';

const costExceeded = new EvaluationError('operation cancelled: actual cost limit exceeded');
const noSizes: SizeEstimator = { estimateSize: () => undefined };

/** A checked expression; its closures are made when they are first needed. */
export class CheckedExpression implements CompiledExpression {
  readonly text: string;
  readonly #checked: Checked;
  readonly #context: PlanContext;
  #program: Program | EvaluationError | undefined;

  constructor(text: string, checked: Checked, context: PlanContext) {
    this.text = text;
    this.#checked = checked;
    this.#context = context;
  }

  get resultType(): CelType {
    return this.#checked.types.get(this.#checked.expression.id)!;
  }

  estimateCost(sizes: SizeEstimator = noSizes): CostEstimate {
    return estimateCost(this.#checked, this.#context.costs, sizes);
  }

  #instantiate(): Program | EvaluationError {
    if (this.#program === undefined) {
      try {
        this.#program = plan(this.#checked, this.#context);
      } catch (error) {
        if (!(error instanceof InstantiationFailed)) throw error;
        this.#program = error.error;
      }
    }
    return this.#program;
  }

  get instantiationError(): EvaluationError | undefined {
    const program = this.#instantiate();
    return program instanceof EvaluationError ? program : undefined;
  }

  evaluate(variables: Variables, options: EvaluateOptions = {}): Evaluation {
    const program = this.#instantiate();
    if (program instanceof EvaluationError) return { error: program, cost: 0 };
    return ended(program, new Frame(variables, program.localCount, options));
  }

  *evaluateInSteps(
    variables: Variables,
    { costPerStep, ...options }: { costLimit?: number; costPerStep: number },
  ): Generator<undefined, Evaluation> {
    const program = this.#instantiate();
    if (program instanceof EvaluationError) return { error: program, cost: 0 };
    const frame = new Frame(variables, program.localCount, options);
    for (;;) {
      frame.beginStep(costPerStep);
      try {
        return ended(program, frame);
      } catch (error) {
        if (!(error instanceof Paused)) throw error;
      }
      yield;
    }
  }
}

function ended(program: Program, frame: Frame): Evaluation {
  try {
    const result = program.run(frame);
    return result instanceof EvaluationError
      ? { error: result, cost: frame.cost }
      : { value: result, cost: frame.cost };
  } catch (error) {
    if (error instanceof CostExceeded) return { error: costExceeded, cost: frame.cost };
    throw error;
  }
}
