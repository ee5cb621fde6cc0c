import type { CostEstimate } from './estimate.ts';
import type { Library, SizeEstimator } from './library.ts';
import type { CelType, TypeProvider } from './types.ts';
import type { EvaluationError, Result, Value } from './values.ts';

/** A variable that expressions may use. */
export interface Variable {
  readonly name: string;
  readonly type: CelType;
}

/** What an environment consists of; the standard library is always there. */
export interface EnvironmentOptions {
  readonly libraries?: readonly Library[];
  readonly variables?: readonly Variable[];
  /** Object types; those that `extend` adds are asked first. */
  readonly types?: TypeProvider;
  /** The namespace in which names are looked up first, as `google.protobuf`; none by default. */
  readonly container?: string;
  /**
   * Constant arguments of duration(), timestamp() and matches() are checked when compiling, and that the
   * elements of a literal are of one type (Kubernetes' setting). Default false.
   */
  readonly validateLiterals?: boolean;
  /** Fields may be written in backticks: a.`b-c`. Kubernetes does not have it. Default false. */
  readonly escapedFields?: boolean;
}

/** One thing that is wrong with an expression. `line` counts from 1, `column` from 0, in code points. */
export interface Issue {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * An expression that does not compile. `text` is what cel-go prints: `ERROR: <input>:1:5: …` with the caret
 * lines.
 */
export interface CompileFailure {
  readonly ok: false;
  readonly issues: readonly Issue[];
  readonly text: string;
}

/** A compiled expression. */
export interface CompileSuccess {
  readonly ok: true;
  readonly expression: CompiledExpression;
}

/** Values of variables by name: a Map, or anything with `get` that makes them when they are asked for. */
export interface Variables {
  get(name: string): Result | undefined;
}

/** Limits of one evaluation. */
export interface EvaluateOptions {
  /**
   * Evaluation ends with `operation cancelled: actual cost limit exceeded` when its cost is above; none by
   * default.
   */
  readonly costLimit?: number;
  /** Asked every some iterations of comprehensions; true ends the evaluation with `operation interrupted`. */
  readonly interrupted?: () => boolean;
}

/** How an evaluation ended, and what it cost in cel-go's units. */
export type Evaluation =
  | { readonly value: Value; readonly error?: undefined; readonly cost: number }
  | { readonly value?: undefined; readonly error: EvaluationError; readonly cost: number };

/**
 * A checked expression, ready to be evaluated any number of times. Evaluating it first makes its closures.
 */
export interface CompiledExpression {
  readonly text: string;
  readonly resultType: CelType;
  /** The static cost (cel-go: Env.EstimateCost). `sizes` tells the sizes of variables and fields. */
  estimateCost(sizes?: SizeEstimator): CostEstimate;
  /**
   * Why no program can be made of the expression although it is well typed, undefined when one can; for
   * example a constant that does not convert: `duration("x")` (cel-go: Env.Program's error).
   */
  readonly instantiationError: EvaluationError | undefined;
  /** Evaluates; never throws for what the expression or the values are. */
  evaluate(variables: Variables, options?: EvaluateOptions): Evaluation;
  /**
   * The same, in steps of about `costPerStep`, between which a caller can do something else. A step ends
   * between two elements of a list or map; what is outside of all macros, and what is done with one element,
   * is done at once. Slower than `evaluate`: for what is known to be long.
   */
  evaluateInSteps(
    variables: Variables,
    options: { costLimit?: number; costPerStep: number },
  ): Generator<undefined, Evaluation>;
}

/** Where expressions are compiled. Immutable and safe to share. */
export interface Environment {
  /** An environment with more in it. Cheap: what is there is not copied. */
  extend(options: EnvironmentOptions): Environment;
  /** Parses and checks. Does not throw for what the text is. */
  compile(text: string): CompileSuccess | CompileFailure;
}
