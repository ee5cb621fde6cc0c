import { admissionEnvironment, PolicyVariables } from '@pg8s/cel/admission/admission-environment';
import type { CompiledExpression, Environment } from '@pg8s/cel/environment';
import { type CelType, isSameType, printType } from '@pg8s/cel/types';
import type { V1Variable } from '@pg8s/k8s-proto/generated/models';

/** An expression of a policy, compiled or not. */
export interface PolicyExpression {
  /** As it is written. */
  readonly text: string;
  /** Undefined: it does not compile. */
  readonly program: CompiledExpression | undefined;
  /** Why it does not compile, in kube-apiserver's words; empty for one that does. */
  readonly error: string;
}

/** What an expression may use, and what it has to give. */
export interface ExpressionKind {
  /** One of these; undefined: anything. */
  readonly types?: readonly CelType[];
  /** Whether it may name `authorizer`. */
  readonly authorizer: boolean;
  /** Whether it may make apply configurations and JSON patches. Default false. */
  readonly patches?: boolean;
}

/**
 * Compiles the expressions of one policy. Its variables are declared one after the other, so that each may
 * use those before it, and all other expressions may use all of them (Kubernetes:
 * `admission/plugin/cel.CompositedCompiler`).
 */
export class PolicyCompiler {
  readonly #params: boolean;
  readonly #types = new PolicyVariables();
  readonly #variables = new Map<string, PolicyExpression>();

  /** `params`: whether the policy has parameters. */
  constructor({ params, variables }: { params: boolean; variables: readonly V1Variable[] | undefined }) {
    this.#params = params;
    for (const { name = '', expression = '' } of variables ?? []) {
      const compiled = this.compile(expression, { authorizer: true });
      this.#types.add(name, compiled.program?.resultType);
      this.#variables.set(name, compiled);
    }
  }

  /** The variables by their names. */
  get variables(): ReadonlyMap<string, PolicyExpression> {
    return this.#variables;
  }

  /** Never throws for what the text is. */
  compile(text: string, { types, authorizer, patches = false }: ExpressionKind): PolicyExpression {
    const environment: Environment = this.#types.in(
      admissionEnvironment({ params: this.#params, authorizer, patches }),
    );
    const refuse = (error: string): PolicyExpression => ({ text, program: undefined, error });
    const result = environment.compile(text);
    if (!result.ok) return refuse(`compilation failed: ${result.text}`);
    const { expression } = result;
    const type = expression.resultType;
    if (types !== undefined && !types.some((each) => isSameType(each, type) && !type.nullable)) {
      const wanted = types.map(printType);
      return refuse(
        wanted.length === 1
          ? `must evaluate to ${wanted[0]!} but got ${printType(type)}`
          : `must evaluate to one of [${wanted.join(' ')}] but got ${printType(type)}`,
      );
    }
    const { instantiationError } = expression;
    return instantiationError === undefined
      ? { text, program: expression, error: '' }
      : refuse(`program instantiation failed: ${instantiationError.message}`);
  }
}
