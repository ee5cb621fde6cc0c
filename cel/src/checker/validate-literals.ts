import type { Expression } from '../expression.ts';
import type { CallCheck } from '../library.ts';
import type { Issues } from '../parser/issues.ts';
import { toDuration, toTimestamp } from '../standard/conversions.ts';
import { compileRegex } from '../standard/regex.ts';
import { type CelType, isSameType } from '../types.ts';
import { EvaluationError } from '../values.ts';
import type { Checked } from './checker.ts';

/** The parts of an expression. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expression.operand];
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case 'list':
      return expression.elements;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expression.fields.map(({ value }) => value);
    case 'comprehension': {
      const { range, initial, condition, step, result } = expression;
      return [range, initial, condition, step, result];
    }
  }
}

/**
 * Checks what Kubernetes has checked in expressions that are well typed: the constant arguments of
 * duration(), timestamp() and matches(), and literals whose elements are of several types (cel-go:
 * cel/validator.go).
 */
export function validateLiterals(
  checked: Checked,
  checks: ReadonlyMap<string, CallCheck>,
  issues: Issues,
): void {
  const report = (expression: Expression, message: string): void =>
    issues.report(checked.offsets[expression.id]!, message);
  const typeOf = (expression: Expression): CelType => checked.types.get(expression.id)!;
  const sameTypes = (parts: readonly { at: Expression; type: CelType }[], all: boolean): void => {
    const expected = parts[0]?.type;
    for (const { at, type } of parts) {
      if (isEquivalent(expected!, type)) continue;
      report(at, `expected type '${expected}' but found '${type}'`);
      if (!all) return;
    }
  };
  const inner = (type: CelType, optional: boolean): CelType => (optional ? type.parameters[0]! : type);
  const visit = (expression: Expression, mayMix: boolean): void => {
    const check = expression.kind === 'call' ? checks.get(expression.name) : undefined;
    for (const child of childrenOf(expression)) visit(child, mayMix || check?.mixesTypes === true);
    if (expression.kind === 'call') {
      validateCall(expression.name, expression.args[0], report);
      check?.judge?.({ call: expression, typeOf, report });
    } else if (mayMix) return;
    else if (expression.kind === 'list') {
      const optional = new Set(expression.optional);
      sameTypes(
        expression.elements.map((at, index) => ({ at, type: inner(typeOf(at), optional.has(index)) })),
        false,
      );
    } else if (expression.kind === 'map') {
      sameTypes(
        expression.entries.map(({ key }) => ({ at: key, type: typeOf(key) })),
        true,
      );
      sameTypes(
        expression.entries.map(({ value, optional }) => ({
          at: value,
          type: inner(typeOf(value), optional),
        })),
        true,
      );
    }
  };
  visit(checked.expression, false);
}

function validateCall(
  name: string,
  argument: Expression | undefined,
  report: (at: Expression, message: string) => void,
): void {
  if (argument?.kind !== 'literal') return;
  const { value } = argument;
  const invalid =
    name === 'duration'
      ? toDuration(value) instanceof EvaluationError
      : name === 'timestamp'
        ? toTimestamp(value) instanceof EvaluationError
        : name === 'matches' && typeof value === 'string' && compileRegex(value) instanceof EvaluationError;
  if (invalid) report(argument, `invalid ${name} argument`);
}

/** The same type, whatever type parameters are called. */
function isEquivalent(one: CelType, other: CelType): boolean {
  return isSameType(one, other);
}
