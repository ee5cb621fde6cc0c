import { admissionEnvironment } from '@pg8s/cel/admission/admission-environment';
import type { CompiledExpression } from '@pg8s/cel/environment';
import { matchConditionsCostBudget, perCallCostLimit } from '@pg8s/cel/limits';
import { boolType, isSameType, printType } from '@pg8s/cel/types';
import type { MatchConditionMetrics } from '../../metrics/match-condition-metrics.ts';
import type { ExpressionVariables } from './expression-variables.ts';

/** A condition as configurations have it. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** Whose conditions they are, and what follows from one that cannot be evaluated. */
export interface MatchConditionsOptions {
  readonly conditions: readonly MatchCondition[];
  /** `Fail`: the request is refused; `Ignore`: as if the conditions did not hold. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** Whether expressions may use `params`. Default false. */
  readonly params?: boolean;
  readonly metrics: MatchConditionMetrics;
}

/** Whether all conditions hold. */
export interface ConditionsResult {
  readonly matches: boolean;
  /** The first condition that was false. */
  readonly failedCondition?: string;
  /** Why it cannot be known, in kube-apiserver's words; only with failurePolicy `Fail`. */
  readonly error?: string;
}

/** What an evaluation cannot do any more that has used up its budget. */
const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

interface Compiled {
  readonly condition: MatchCondition;
  readonly program: CompiledExpression | undefined;
  /** Why there is no program. */
  readonly error: string;
}

/**
 * The `matchConditions` of a webhook or a policy, compiled when they are first asked for (Kubernetes:
 * `webhook/matchconditions.Matcher`).
 */
export class MatchConditions {
  readonly #options: MatchConditionsOptions;
  #compiled: readonly Compiled[] | undefined;

  constructor(options: MatchConditionsOptions) {
    this.#options = options;
  }

  /** Whether there are any: without, everything matches. */
  get isEmpty(): boolean {
    return this.#options.conditions.length === 0;
  }

  /**
   * All conditions are evaluated, as far as the cost budget goes: one that is false decides, whatever went
   * wrong with others. Never rejects for what expressions or objects are.
   */
  async evaluate(variables: ExpressionVariables, operation: string): Promise<ConditionsResult> {
    const { failurePolicy, metrics } = this.#options;
    const began = performance.now();
    const { failedCondition, errors, isBeyondBudget } = await this.#evaluateAll(variables);
    // What was not evaluated for lack of budget is no error of an evaluation.
    if (!isBeyondBudget) for (const _error of errors) metrics.failed(operation);
    if (failedCondition === undefined && errors.length === 0) return { matches: true };
    metrics.evaluated(operation, (performance.now() - began) / 1000);
    if (failedCondition !== undefined) return { matches: false, failedCondition };
    return failurePolicy === 'Ignore' ? { matches: false } : { matches: false, error: aggregate(errors) };
  }

  async #evaluateAll(
    variables: ExpressionVariables,
  ): Promise<{ failedCondition?: string; errors: string[]; isBeyondBudget: boolean }> {
    let budget = matchConditionsCostBudget;
    const errors: string[] = [];
    let failedCondition: string | undefined;
    for (const { condition, program, error } of this.#compile()) {
      // Like kube-apiserver, which does not look at what comes after a condition that is false.
      const fail = (why: string) => {
        if (failedCondition === undefined) errors.push(why);
      };
      if (program === undefined) {
        fail(error);
        continue;
      }
      const result = await variables.evaluate(program, { costLimit: perCallCostLimit });
      budget -= result.cost;
      if (budget < 0) return { errors: [outOfBudget], isBeyondBudget: true };
      if (result.error !== undefined) {
        fail(`expression '${condition.expression}' resulted in error: ${result.error.message}`);
      } else if (result.value === false && failedCondition === undefined) {
        failedCondition = condition.name;
      }
    }
    return { errors, isBeyondBudget: false, ...(failedCondition === undefined ? {} : { failedCondition }) };
  }

  #compile(): readonly Compiled[] {
    const { conditions, params = false } = this.#options;
    const environment = admissionEnvironment({ params, authorizer: true });
    this.#compiled ??= conditions.map((condition) => {
      const result = environment.compile(condition.expression);
      const failed = (why: string) => ({ condition, program: undefined, error: `compilation error: ${why}` });
      if (!result.ok) return failed(`compilation failed: ${result.text}`);
      const { expression } = result;
      const { resultType } = expression;
      if (!isSameType(resultType, boolType) || resultType.nullable) {
        return failed(`must evaluate to bool but got ${printType(resultType)}`);
      }
      const { instantiationError } = expression;
      return instantiationError === undefined
        ? { condition, program: expression, error: '' }
        : failed(`program instantiation failed: ${instantiationError.message}`);
    });
    return this.#compiled;
  }
}

/** Several errors as Kubernetes prints them: each text once. */
function aggregate(errors: readonly string[]): string {
  const texts = [...new Set(errors)];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
