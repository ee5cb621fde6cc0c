import { applyObjectType, jsonPatchType, PatchObject } from '@pg8s/cel/admission/patch-types';
import {
  appliedDocument,
  type PatchOperation,
  patchOperations,
  PatchValueError,
  typeMismatches,
} from '@pg8s/cel/admission/patch-values';
import { runtimeCostBudget } from '@pg8s/cel/limits';
import { listType } from '@pg8s/cel/types';
import { ListValue, type Value } from '@pg8s/cel/values';
import type { JsonObject } from '../../../json/json-value.ts';
import type { MatchConditionMetrics } from '../../../metrics/match-condition-metrics.ts';
import type { ExpressionVariables } from '../../matching/expression-variables.ts';
import { type ConditionsResult, MatchConditions } from '../../matching/match-conditions.ts';
import { PolicyCompiler, type PolicyExpression } from '../expressions/policy-compiler.ts';
import { OutOfBudget, PolicyRun } from '../expressions/policy-run.ts';
import type { Mutation, MutatingSpec } from '../policy-objects.ts';

/** Why a mutation changes nothing, in kube-apiserver's words. */
export class MutationError extends Error {
  override readonly name = 'MutationError';
}

/** What a mutation wants. */
export type WantedPatch =
  | { readonly type: 'ApplyConfiguration'; readonly document: JsonObject }
  | { readonly type: 'JSONPatch'; readonly operations: readonly PatchOperation[] };

interface CompiledMutation {
  readonly isApply: boolean;
  readonly expression: PolicyExpression;
}

/** The expressions of a mutating policy, compiled (Kubernetes: `mutating.PolicyEvaluator`). */
export class PolicyMutator {
  readonly #conditions: MatchConditions;
  readonly #variables: ReadonlyMap<string, PolicyExpression>;
  readonly #mutations: readonly CompiledMutation[];

  constructor(spec: MutatingSpec, conditionMetrics: MatchConditionMetrics) {
    const { failurePolicy = 'Fail', matchConditions = [], paramKind, variables } = spec;
    const params = paramKind !== undefined;
    const compiler = new PolicyCompiler({ params, variables });
    this.#conditions = new MatchConditions({
      conditions: matchConditions,
      failurePolicy,
      params,
      metrics: conditionMetrics,
    });
    this.#variables = compiler.variables;
    this.#mutations = (spec.mutations ?? []).map((mutation) => compileMutation(compiler, mutation));
  }

  /** Number of mutations, which are made one after the other. */
  get size(): number {
    return this.#mutations.length;
  }

  /** Whether the match conditions hold. */
  async matches(variables: ExpressionVariables, operation: string): Promise<ConditionsResult> {
    return this.#conditions.isEmpty ? { matches: true } : this.#conditions.evaluate(variables, operation);
  }

  /** What a mutation wants of a request. Rejects with MutationErrors. */
  async patch(index: number, variables: ExpressionVariables): Promise<WantedPatch> {
    const { isApply, expression } = this.#mutations[index]!;
    if (expression.program === undefined) throw new MutationError(expression.error);
    const run = new PolicyRun(variables, { variables: this.#variables, budget: runtimeCostBudget });
    try {
      const { value, error } = await run.evaluate(expression);
      if (error !== undefined) throw new MutationError(error);
      return isApply ? applyPatch(value) : jsonPatch(value);
    } catch (error) {
      if (!(error instanceof OutOfBudget || error instanceof PatchValueError)) throw error;
      throw new MutationError(error.message);
    }
  }
}

function compileMutation(
  compiler: PolicyCompiler,
  { patchType, applyConfiguration, jsonPatch: patch }: Mutation,
): CompiledMutation {
  const isApply = patchType === 'ApplyConfiguration';
  const text = (isApply ? applyConfiguration : patch)?.expression ?? '';
  const types = [isApply ? applyObjectType : listType(jsonPatchType)];
  return { isApply, expression: compiler.compile(text, { types, authorizer: true, patches: true }) };
}

function applyPatch(value: Value | undefined): WantedPatch {
  if (!(value instanceof PatchObject)) {
    throw new MutationError('unsupported return type from ApplyConfiguration expression');
  }
  const mismatches = typeMismatches(value);
  if (mismatches.length > 0) throw new MutationError(`type mismatch: ${mismatches.join('\n')}`);
  return { type: 'ApplyConfiguration', document: appliedDocument(value) };
}

function jsonPatch(value: Value | undefined): WantedPatch {
  if (!(value instanceof ListValue)) {
    throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array');
  }
  return { type: 'JSONPatch', operations: patchOperations(value) };
}
