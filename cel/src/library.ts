import type { CostEstimate, SizeEstimate } from './estimate.ts';
import type { CallExpression, Expression } from './expression.ts';
import type { CelType } from './types.ts';
import type { Result, Value } from './values.ts';

/**
 * One overload of a function. For a member (`target.name(…)`) the first parameter is the target. `id` is
 * cel-go's or Kubernetes' overload id: costs and messages depend on it.
 */
export interface Overload {
  readonly id: string;
  readonly member?: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /**
   * The implementation; arguments are values of the parameters' types (checked when evaluated too), the
   * target first. Returns errors, does not throw. Its work is bounded by the sizes of its arguments. Absent
   * when the function's own `call` does the work.
   */
  call?(...args: Value[]): Result;
}

/** A function by its name as written (`matches`, `ip.isCanonical`) or an operator's internal name (`_+_`). */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /**
   * One implementation for all overloads, which looks at the arguments itself (cel-go: singleton bindings).
   */
  call?(...args: Value[]): Result;
}

/**
 * What a macro builds its expansion with. Every method makes a node with a new id at the place of the macro's
 * call.
 */
export interface MacroFactory {
  literal(value: Value): Expression;
  ident(name: string): Expression;
  select(operand: Expression, field: string, testOnly?: boolean): Expression;
  call(name: string, ...args: Expression[]): Expression;
  memberCall(name: string, target: Expression, ...args: Expression[]): Expression;
  list(...elements: Expression[]): Expression;
  map(entries: readonly { key: Expression; value: Expression; optional?: boolean }[]): Expression;
  comprehension(parts: {
    range: Expression;
    variable: string;
    variable2?: string;
    accumulator: string;
    initial: Expression;
    condition: Expression;
    step: Expression;
    result: Expression;
  }): Expression;
  /** The expression again with ids of its own, for a macro that needs an argument twice. */
  copy(expression: Expression): Expression;
  /** The hidden name of the accumulator, `@result`. */
  readonly accumulator: string;
  /** An issue at the place of `at`; give it back from expand. */
  error(message: string, at: Expression): MacroError;
}

/** Why a macro cannot be expanded. */
export interface MacroError {
  readonly kind: 'macro-error';
  readonly message: string;
  readonly at: Expression;
}

/** A macro: replaced while parsing. */
export interface Macro {
  readonly name: string;
  /** Whether it is called on a target, as `list.all(…)`. */
  readonly member: boolean;
  readonly argumentCount: number | 'any';
  /** The expansion; undefined leaves the call as it is. */
  expand(
    factory: MacroFactory,
    target: Expression | undefined,
    args: readonly Expression[],
  ): Expression | MacroError | undefined;
}

/** One node as an estimator of costs sees it (cel-go: checker.AstNode). */
export interface CostNode {
  /**
   * How the node is reached from a variable: the variable's name, then field names, `@items`, `@keys`,
   * `@values`, `@indices`; undefined when it is not.
   */
  readonly path: readonly string[] | undefined;
  readonly type: CelType;
  /** Absent for the elements of a list that a library asks about. */
  readonly expression: Expression | undefined;
  /** The size where the text of the expression tells it. */
  readonly computedSize: SizeEstimate | undefined;
}

/** The estimated cost of a call without its arguments', and the size of what it returns. */
export interface CallEstimate {
  readonly cost: CostEstimate;
  readonly resultSize?: SizeEstimate | undefined;
}

/** Sizes of what is not in the expression's text: variables and the fields reached from them. */
export interface SizeEstimator {
  estimateSize(node: CostNode): SizeEstimate | undefined;
}

/** Costs of calls that are not those of cel-go's standard library. */
export interface CostEstimator {
  /** The static estimate; undefined leaves it to the next estimator (cel-go: EstimateCallCost). */
  estimateCall?(call: {
    readonly name: string;
    readonly overloadId: string;
    readonly target: CostNode | undefined;
    readonly args: readonly CostNode[];
    readonly sizes: SizeEstimator;
  }): CallEstimate | undefined;
  /**
   * The cost of a call that was made, its target first among `args`; undefined leaves it to the next
   * (CallCost).
   */
  actualCost?(name: string, overloadId: string, args: readonly Result[], result: Result): number | undefined;
}

/** A call of a checked expression, which a library judges further. */
export interface JudgedCall {
  readonly call: CallExpression;
  typeOf(expression: Expression): CelType;
  /** Adds an issue at the place of an expression. */
  report(at: Expression, message: string): void;
}

/** What is checked of the calls of one function besides their types. */
export interface CallCheck {
  readonly name: string;
  /** Literals within the call may mix types, where those elsewhere may not. */
  readonly mixesTypes?: boolean;
  judge?(call: JudgedCall): void;
  /**
   * Which argument, the target first, is a regular expression; constant ones are compiled with the
   * expression.
   */
  readonly regexArgument?: number;
}

/** Functions, macros, types and constants that belong together; given to createEnvironment. */
export interface Library {
  readonly name: string;
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** Types that expressions may name, as `net.IP` in `type(x) == net.IP`. */
  readonly types?: readonly CelType[];
  /** Names with a fixed value. */
  readonly constants?: readonly { readonly name: string; readonly type: CelType; readonly value: Value }[];
  readonly costs?: CostEstimator;
  /** Done where literals are validated. */
  readonly checks?: readonly CallCheck[];
}
