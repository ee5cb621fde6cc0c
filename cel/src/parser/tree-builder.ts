import type { Expression } from '../expression.ts';
import type { MacroFactory } from '../library.ts';
import type { Value } from '../values.ts';

/**
 * The name of the accumulator in what macros expand to; no expression can write it (cel-go:
 * HiddenAccumulatorName).
 */
export const accumulatorName = '@result';

/** Makes nodes with their ids, and keeps where each stands in the text. */
export class TreeBuilder {
  /** By id: the offset in the text. */
  readonly offsets: number[] = [0];

  /** A new id at an offset. */
  id(offset: number): number {
    return this.offsets.push(offset) - 1;
  }

  literal(value: Value, offset: number): Expression {
    return { kind: 'literal', id: this.id(offset), value };
  }

  ident(name: string, offset: number): Expression {
    return { kind: 'ident', id: this.id(offset), name };
  }

  call(
    name: string,
    offset: number,
    target: Expression | undefined,
    args: readonly Expression[],
  ): Expression {
    return { kind: 'call', id: this.id(offset), target, name, args };
  }

  /** What stands for a part that could not be parsed. */
  broken(offset: number): Expression {
    return this.literal('<<error>>', offset);
  }

  /**
   * `a && b && c` as a tree of two operands each, as deep as it must be (cel-go balances it so): `operators`
   * has the offset of each.
   */
  balance(name: string, terms: readonly Expression[], operators: readonly number[]): Expression {
    if (terms.length === 1) return terms[0]!;
    const tree = (low: number, high: number): Expression => {
      const middle = (low + high + 1) >> 1;
      const left = middle === low ? terms[middle]! : tree(low, middle - 1);
      const right = middle === high ? terms[middle + 1]! : tree(middle + 1, high);
      return this.call(name, operators[middle]!, undefined, [left, right]);
    };
    return tree(0, operators.length - 1);
  }

  /** A copy with ids of its own, at the same places. */
  copy(expression: Expression): Expression {
    const id = this.id(this.offsets[expression.id]!);
    const again = (part: Expression): Expression => this.copy(part);
    switch (expression.kind) {
      case 'literal':
      case 'ident':
        return { ...expression, id };
      case 'select':
        return { ...expression, id, operand: again(expression.operand) };
      case 'call':
        return {
          ...expression,
          id,
          target: expression.target === undefined ? undefined : again(expression.target),
          args: expression.args.map(again),
        };
      case 'list':
        return { ...expression, id, elements: expression.elements.map(again) };
      case 'map':
        return {
          ...expression,
          id,
          entries: expression.entries.map((entry) => ({
            ...entry,
            id: this.id(this.offsets[entry.id]!),
            key: again(entry.key),
            value: again(entry.value),
          })),
        };
      case 'struct':
        return {
          ...expression,
          id,
          fields: expression.fields.map((field) => ({
            ...field,
            id: this.id(this.offsets[field.id]!),
            value: again(field.value),
          })),
        };
      case 'comprehension':
        return {
          ...expression,
          id,
          range: again(expression.range),
          initial: again(expression.initial),
          condition: again(expression.condition),
          step: again(expression.step),
          result: again(expression.result),
        };
    }
  }

  /** A factory for a macro that is called at `offset`. */
  factory(offset: number): MacroFactory {
    return {
      accumulator: accumulatorName,
      literal: (value) => this.literal(value, offset),
      ident: (name) => this.ident(name, offset),
      select: (operand, field, testOnly = false) => ({
        kind: 'select',
        id: this.id(offset),
        operand,
        field,
        testOnly,
      }),
      call: (name, ...args) => this.call(name, offset, undefined, args),
      memberCall: (name, target, ...args) => this.call(name, offset, target, args),
      list: (...elements) => ({ kind: 'list', id: this.id(offset), elements, optional: [] }),
      map: (entries) => ({
        kind: 'map',
        id: this.id(offset),
        entries: entries.map(({ key, value, optional }) => ({
          id: this.id(offset),
          key,
          value,
          optional: optional ?? false,
        })),
      }),
      comprehension: ({ variable2, ...parts }) => ({
        kind: 'comprehension',
        id: this.id(offset),
        variable2,
        ...parts,
      }),
      copy: (expression) => this.copy(expression),
      error: (message, at) => ({ kind: 'macro-error', message, at }),
    };
  }
}
