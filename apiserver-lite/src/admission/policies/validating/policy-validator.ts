import { maxMessageBytes, runtimeCostBudget } from '@pg8s/cel/limits';
import { boolType, nullType, stringType } from '@pg8s/cel/types';
import type { Value } from '@pg8s/cel/values';
import type { V1Validation } from '@pg8s/k8s-proto/generated/models';
import type { StatusReason } from '../../../api-errors/status-error.ts';
import type { MatchConditionMetrics } from '../../../metrics/match-condition-metrics.ts';
import type { ExpressionVariables } from '../../matching/expression-variables.ts';
import { MatchConditions } from '../../matching/match-conditions.ts';
import { PolicyCompiler, type PolicyExpression } from '../expressions/policy-compiler.ts';
import { OutOfBudget, PolicyRun, type PolicyResult } from '../expressions/policy-run.ts';
import type { ValidatingSpec } from '../policy-objects.ts';

/** What one validation says of a request (Kubernetes: `validating.PolicyDecision`). */
export interface PolicyDecision {
  readonly action: 'admit' | 'deny';
  readonly evaluation: 'admit' | 'error' | 'deny';
  /** Empty where the validation holds. */
  readonly message: string;
  /** Undefined: Invalid. */
  readonly reason: StatusReason | undefined;
  readonly seconds: number;
}

/** An audit annotation of a policy, or why there is none. */
export interface PolicyAnnotation {
  readonly key: string;
  /** Empty: nothing is to be said. */
  readonly value: string;
  /** Refuses the request; undefined where nothing went wrong, or errors are ignored. */
  readonly error: string | undefined;
  readonly seconds: number;
}

/** What a policy says of a request. */
export interface ValidationResult {
  readonly decisions: readonly PolicyDecision[];
  readonly annotations: readonly PolicyAnnotation[];
}

/** The variables of one request for one binding. */
export interface ValidatedRequest {
  readonly operation: string;
  readonly conditions: ExpressionVariables;
  readonly validations: ExpressionVariables;
  /** For messages and annotations, which ask no authorizer. */
  readonly texts: ExpressionVariables;
}

interface CompiledValidation {
  readonly validation: V1Validation;
  readonly expression: PolicyExpression;
  readonly message: PolicyExpression | undefined;
}

/** The expressions of a validating policy, compiled (Kubernetes: `validating.validator`). */
export class PolicyValidator {
  readonly #isIgnored: boolean;
  readonly #conditions: MatchConditions;
  readonly #variables: ReadonlyMap<string, PolicyExpression>;
  readonly #validations: readonly CompiledValidation[];
  readonly #annotations: readonly { readonly key: string; readonly expression: PolicyExpression }[];

  constructor(spec: ValidatingSpec, conditionMetrics: MatchConditionMetrics) {
    const { failurePolicy = 'Fail', matchConditions = [], paramKind, variables } = spec;
    const params = paramKind !== undefined;
    const compiler = new PolicyCompiler({ params, variables });
    this.#isIgnored = failurePolicy === 'Ignore';
    this.#conditions = new MatchConditions({
      conditions: matchConditions,
      failurePolicy,
      params,
      metrics: conditionMetrics,
    });
    this.#variables = compiler.variables;
    this.#validations = (spec.validations ?? []).map((validation) => {
      const { expression = '', messageExpression = '' } = validation;
      return {
        validation,
        expression: compiler.compile(expression, { types: [boolType], authorizer: true }),
        message:
          messageExpression === ''
            ? undefined
            : compiler.compile(messageExpression, { types: [stringType], authorizer: false }),
      };
    });
    this.#annotations = (spec.auditAnnotations ?? []).map(({ key = '', valueExpression = '' }) => ({
      key,
      expression: compiler.compile(valueExpression, { types: [stringType, nullType], authorizer: true }),
    }));
  }

  /** Never rejects for what expressions or objects are. */
  async validate(request: ValidatedRequest): Promise<ValidationResult> {
    if (!this.#conditions.isEmpty) {
      const { matches, error } = await this.#conditions.evaluate(request.conditions, request.operation);
      if (error !== undefined) return { decisions: [this.#failed(error)], annotations: [] };
      if (!matches) return { decisions: [], annotations: [] };
    }
    try {
      const decisions = await this.#decide(request);
      return { decisions, annotations: await this.#annotate(request) };
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      return { decisions: [this.#failed(error.message)], annotations: [] };
    }
  }

  async #decide(request: ValidatedRequest): Promise<PolicyDecision[]> {
    const run = this.#run(request.validations, runtimeCostBudget);
    const results: PolicyResult[] = [];
    for (const { expression } of this.#validations) results.push(await run.evaluate(expression));
    const { texts, failure } = await this.#messages(request, run.budget);
    return results.map(({ value, error, seconds }, index): PolicyDecision => {
      if (error !== undefined) return this.#failed(error, seconds);
      // Also of a validation that holds.
      if (failure !== undefined) return this.#failed(failure, seconds);
      if (value === true) {
        return { action: 'admit', evaluation: 'admit', message: '', reason: undefined, seconds };
      }
      const { validation } = this.#validations[index]!;
      return {
        action: 'deny',
        evaluation: 'deny',
        message: texts[index] || messageOf(validation),
        reason: validation.reason as StatusReason | undefined,
        seconds,
      };
    });
  }

  /** Evaluated within what the validations left, whether they are needed or not. */
  async #messages(
    request: ValidatedRequest,
    budget: number,
  ): Promise<{ texts: readonly (string | undefined)[]; failure?: string }> {
    const run = this.#run(request.texts, budget);
    const texts: (string | undefined)[] = [];
    try {
      for (const { message } of this.#validations) {
        texts.push(message === undefined ? undefined : usable((await run.evaluate(message)).value));
      }
      return { texts };
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      return { texts, failure: `failed messageExpression: ${error.message}` };
    }
  }

  async #annotate(request: ValidatedRequest): Promise<PolicyAnnotation[]> {
    const run = this.#run(request.texts, runtimeCostBudget);
    const annotations: PolicyAnnotation[] = [];
    for (const { key, expression } of this.#annotations) {
      const { value, error, seconds } = await run.evaluate(expression);
      annotations.push({
        key,
        value: typeof value === 'string' ? value.trim() : '',
        error: this.#isIgnored ? undefined : error,
        seconds,
      });
    }
    return annotations;
  }

  #run(variables: ExpressionVariables, budget: number): PolicyRun {
    return new PolicyRun(variables, { variables: this.#variables, budget });
  }

  #failed(message: string, seconds = 0): PolicyDecision {
    return {
      action: this.#isIgnored ? 'admit' : 'deny',
      evaluation: 'error',
      message,
      reason: undefined,
      seconds,
    };
  }
}

/** A text of one line, not too long. */
function usable(value: Value | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text.includes('\n') || Buffer.byteLength(text) > maxMessageBytes ? undefined : text;
}

function messageOf({ message = '', expression = '' }: V1Validation): string {
  const text = message.trim();
  return text === '' ? `failed expression: ${expression.trim()}` : text;
}
