import type { Variables } from '@pg8s/cel/environment';
import { unescapeFieldName } from '@pg8s/cel/schema/field-names';
import { perCallCostLimit } from '@pg8s/cel/limits';
import { EvaluationError, MapValue, type Result, type Value } from '@pg8s/cel/values';
import { breathe } from '../../../http/breathe.ts';
import type { ExpressionVariables } from '../../matching/expression-variables.ts';
import type { PolicyExpression } from './policy-compiler.ts';

/** Why no more expressions of a policy are evaluated for a request. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget';

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** One unit is about a tenth of a microsecond. */
const costPerTurn = 10_000;

/** What became of one expression: a value, or what went wrong in kube-apiserver's words. */
export interface PolicyResult {
  readonly value: Value | undefined;
  readonly error: string | undefined;
  readonly seconds: number;
}

/** The variables of a request for one list of expressions: each variable of the policy is evaluated once. */
export class PolicyRun implements Variables {
  readonly #base: ExpressionVariables;
  readonly #variables: LazyVariables;
  /** What is left of the cost budget. */
  #budget: number;

  /** `budget`: what all expressions may cost that this run evaluates. */
  constructor(
    base: ExpressionVariables,
    { variables, budget }: { variables: ReadonlyMap<string, PolicyExpression>; budget: number },
  ) {
    this.#base = base;
    this.#budget = budget;
    this.#variables = new LazyVariables(variables, this);
  }

  /** What is left of the cost budget. */
  get budget(): number {
    return this.#budget;
  }

  get(name: string): Result | undefined {
    return name === 'variables' ? this.#variables : this.#base.get(name);
  }

  /** Evaluates an expression. Rejects with OutOfBudget. */
  async evaluate({ text, program, error }: PolicyExpression): Promise<PolicyResult> {
    if (program === undefined) return { value: undefined, error: `compilation error: ${error}`, seconds: 0 };
    const began = performance.now();
    let result = program.evaluate(this, { costLimit: perCallCostLimit });
    // An error may stand where the authorizer has not answered yet.
    while (result.error !== undefined && (await this.#base.answered())) {
      this.#variables.forgetLast();
      result = program.evaluate(this, { costLimit: perCallCostLimit });
    }
    const seconds = (performance.now() - began) / 1000;
    // A second of it is too long for others to wait.
    if (result.cost >= costPerTurn) await breathe();
    for (const cost of [this.#variables.takeCost(), result.cost]) {
      if (cost > this.#budget) throw new OutOfBudget();
      this.#budget -= cost;
    }
    return result.error === undefined
      ? { value: result.value, error: undefined, seconds }
      : {
          value: undefined,
          error: `expression '${text}' resulted in error: ${result.error.message}`,
          seconds,
        };
  }
}

/** `variables`: a field is evaluated when it is first read, errors included (Kubernetes: `cel/lazy`). */
class LazyVariables extends MapValue {
  readonly #expressions: ReadonlyMap<string, PolicyExpression>;
  readonly #run: Variables;
  readonly #values = new Map<string, Result>();
  /** Those evaluated since the cost was last taken. */
  readonly #last = new Set<string>();
  #cost = 0;

  constructor(expressions: ReadonlyMap<string, PolicyExpression>, run: Variables) {
    super();
    this.#expressions = expressions;
    this.#run = run;
  }

  get size(): number {
    return this.#expressions.size;
  }

  keys(): Iterable<Value> {
    return this.#expressions.keys();
  }

  /** An error stands where the value cannot be had; it ends the evaluation that reads it. */
  find(key: Value): Value | undefined {
    const name = typeof key === 'string' ? unescapeFieldName(key) : undefined;
    const expression = name === undefined ? undefined : this.#expressions.get(name);
    if (name === undefined || expression === undefined) return undefined;
    const known = this.#values.get(name);
    if (known !== undefined) return known as Value;
    // Of two variables of one name the last is the value, and the first what its expression was checked with:
    // it may read itself.
    this.#values.set(name, new EvaluationError(`composited variable "${name}" uses itself`));
    const value = this.#evaluate(name, expression);
    this.#values.set(name, value);
    this.#last.add(name);
    return value as Value;
  }

  /** What was spent since this was last asked. */
  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    this.#last.clear();
    return cost;
  }

  /** What was evaluated since the cost was last taken is evaluated again, and has cost nothing. */
  forgetLast(): void {
    for (const name of this.#last) this.#values.delete(name);
    this.takeCost();
  }

  #evaluate(name: string, { program, error }: PolicyExpression): Result {
    const failed = (why: string) => new EvaluationError(`composited variable "${name}" fails to ${why}`);
    if (program === undefined) return failed(`compile: ${error}`);
    const result = program.evaluate(this.#run, { costLimit: perCallCostLimit });
    this.#cost += result.cost;
    return result.error === undefined ? result.value : failed(`evaluate: ${result.error.message}`);
  }
}
