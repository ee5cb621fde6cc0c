import type { CompiledExpression, Environment } from '@pg8s/cel/environment';
import { multiplyRange } from '@pg8s/cel/estimate';
import { kubernetesEnvironment } from '@pg8s/cel/kubernetes-environment';
import { maxCardinality, schemaSizes } from '@pg8s/cel/schema/size-estimator';
import { maxRequestBytes, nameType, type SchemaType } from '@pg8s/cel/schema/schema-type';
import { boolType, isSameType, optionalType, stringType } from '@pg8s/cel/types';
import type { SchemaRule } from '../json-schema.ts';

/** A rule of `x-kubernetes-validations`, compiled for the place where it stands. */
export interface CompiledRule {
  readonly rule: SchemaRule;
  /** Absent for an empty rule and for one that does not compile. */
  readonly program: CompiledExpression | undefined;
  /** Why it does not compile, in kube-apiserver's words. */
  readonly error: string | undefined;
  readonly usesOldSelf: boolean;
  /** The estimated cost of one evaluation. */
  readonly cost: bigint;
  /** How often data of the schema's smallest size fits into a request. */
  readonly maxCardinality: bigint;
  readonly message: CompiledExpression | undefined;
  readonly messageError: string | undefined;
  readonly messageCost: bigint;
}

/** Where rules of one schema are compiled, whose `self` has this type. */
export class RuleCompiler {
  readonly #type: SchemaType;
  readonly #withoutOld: Environment;
  readonly #withOld: Environment;
  readonly #withOptionalOld: Environment;

  constructor(schemaType: SchemaType) {
    this.#type = schemaType;
    // kube-apiserver numbers the name by the clock, so that nobody relies on it.
    const { type, provider } = nameType(schemaType, 'selfType1');
    const withOld = (oldType: typeof type) =>
      this.#withoutOld.extend({ variables: [{ name: 'oldSelf', type: oldType }] });
    this.#withoutOld = kubernetesEnvironment.extend({ types: provider, variables: [{ name: 'self', type }] });
    this.#withOld = withOld(type);
    this.#withOptionalOld = withOld(optionalType(type));
  }

  /** Compiles a rule and its messageExpression (apiextensions: `compileRule`). */
  compile(rule: SchemaRule): CompiledRule {
    const { rule: text = '', messageExpression = '', optionalOldSelf = false } = rule;
    const compiled: CompiledRule = {
      rule,
      program: undefined,
      error: undefined,
      usesOldSelf: false,
      cost: 0n,
      maxCardinality: 0n,
      message: undefined,
      messageError: undefined,
      messageCost: 0n,
    };
    if (text.trim() === '') return compiled;
    const environment = optionalOldSelf ? this.#withOptionalOld : this.#withOld;
    const result = environment.compile(text);
    if (!result.ok) return { ...compiled, error: `compilation failed: ${result.text}` };
    const { expression } = result;
    if (!isSameType(expression.resultType, boolType) || expression.resultType.nullable) {
      return { ...compiled, error: 'cel expression must evaluate to a bool' };
    }
    const usesOldSelf = text.includes('oldSelf') && !this.#withoutOld.compile(text).ok;
    if (expression.instantiationError !== undefined) {
      const error = `program instantiation failed: ${expression.instantiationError.message}`;
      return { ...compiled, usesOldSelf, error };
    }
    return {
      ...compiled,
      usesOldSelf,
      program: expression,
      cost: expression.estimateCost(schemaSizes(this.#type)).max,
      maxCardinality: maxCardinality(this.#type, maxRequestBytes),
      ...(messageExpression === '' ? {} : this.#compileMessage(messageExpression, environment)),
    };
  }

  #compileMessage(
    text: string,
    environment: Environment,
  ): Pick<CompiledRule, 'message' | 'messageError' | 'messageCost'> {
    const refuse = (messageError: string) => ({ message: undefined, messageError, messageCost: 0n });
    const result = environment.compile(text);
    if (!result.ok) return refuse(`messageExpression compilation failed: ${result.text}`);
    const { expression } = result;
    if (!isSameType(expression.resultType, stringType) || expression.resultType.nullable) {
      return refuse('messageExpression must evaluate to a string');
    }
    if (expression.instantiationError !== undefined) {
      return refuse(`messageExpression instantiation failed: ${expression.instantiationError.message}`);
    }
    const { max } = expression.estimateCost(schemaSizes(this.#type));
    return { message: expression, messageError: undefined, messageCost: max };
  }
}

/** The cost of a rule that is evaluated so often, at most the largest integer of 64 bits. */
export function ruleCost({ cost, maxCardinality: most }: CompiledRule, times: bigint | undefined): bigint {
  const count = times ?? most;
  return multiplyRange({ min: 0n, max: cost }, { min: 0n, max: count }).max;
}
