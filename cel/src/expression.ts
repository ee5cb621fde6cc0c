import type { Value } from './values.ts';

/**
 * The tree of an expression after parsing, macros expanded. Every node has an `id` that is its own; the place
 * in the text and what the checker found are kept beside the tree, by id.
 */
export type Expression =
  | LiteralExpression
  | IdentExpression
  | SelectExpression
  | CallExpression
  | ListExpression
  | MapExpression
  | StructExpression
  | ComprehensionExpression;

/** A constant of the text. */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly id: number;
  readonly value: Value;
}

/** A name, with a leading dot if the text has one. */
export interface IdentExpression {
  readonly kind: 'ident';
  readonly id: number;
  readonly name: string;
}

/** `operand.field`, or `has(operand.field)` when `testOnly`. */
export interface SelectExpression {
  readonly kind: 'select';
  readonly id: number;
  readonly operand: Expression;
  readonly field: string;
  readonly testOnly: boolean;
}

/** A call; operators have names such as `_+_`, `!_`, `_?_:_`, `_[_]`, `@in`, `_?._`, `_[?_]`. */
export interface CallExpression {
  readonly kind: 'call';
  readonly id: number;
  readonly target: Expression | undefined;
  readonly name: string;
  readonly args: readonly Expression[];
}

/** `[a, ?b]`; `optional` has the indexes of the elements written with `?`. */
export interface ListExpression {
  readonly kind: 'list';
  readonly id: number;
  readonly elements: readonly Expression[];
  readonly optional: readonly number[];
}

/** `{key: value, ?key: value}`. */
export interface MapExpression {
  readonly kind: 'map';
  readonly id: number;
  readonly entries: readonly MapEntry[];
}

/** One entry of a map literal. */
export interface MapEntry {
  readonly id: number;
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

/** `Name{field: value, ?field: value}`. */
export interface StructExpression {
  readonly kind: 'struct';
  readonly id: number;
  readonly name: string;
  readonly fields: readonly StructField[];
}

/** One field of a struct literal. */
export interface StructField {
  readonly id: number;
  readonly name: string;
  readonly value: Expression;
  readonly optional: boolean;
}

/**
 * What most macros expand to: `accumulator` starts as `initial`, and while `condition` holds becomes `step`
 * for every element of `range`; the value is `result`. With `variable2` the first variable is the index or
 * key.
 */
export interface ComprehensionExpression {
  readonly kind: 'comprehension';
  readonly id: number;
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly range: Expression;
  readonly accumulator: string;
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}
