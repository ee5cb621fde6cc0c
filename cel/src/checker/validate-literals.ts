import type { Expression, ListExpression, MapExpression } from '../expression.ts';
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

type Report = (at: Expression, message: string) => void;

/** What is checked in the calls of a function, by its name. */
type CallChecks = ReadonlyMap<string, CallCheck>;

function reporter(checked: Checked, issues: Issues): Report {
  return (at, message) => issues.report(checked.offsets[at.id]!, message);
}

/**
 * Checks the constant arguments of duration(), timestamp() and matches(), and the calls that libraries check
 * (cel-go: cel/validator.go).
 */
export function validateCalls(checked: Checked, checks: CallChecks, issues: Issues): void {
  const report = reporter(checked, issues);
  const typeOf = (expression: Expression): CelType => checked.types.get(expression.id)!;
  const visit = (expression: Expression): void => {
    for (const child of childrenOf(expression)) visit(child);
    if (expression.kind !== 'call') return;
    validateCall(expression.name, expression.args[0], report);
    checks.get(expression.name)?.judge?.({ call: expression, typeOf, report });
  };
  visit(checked.expression);
}

/**
 * Checks that the elements, keys and values of a literal are of the type of the first (cel-go:
 * cel/validator.go), but within calls of functions that take mixed ones.
 */
export function validateHomogeneous(checked: Checked, checks: CallChecks, issues: Issues): void {
  const report = reporter(checked, issues);
  const typeOf = (at: Expression, optional: boolean): CelType => {
    const type = checked.types.get(at.id)!;
    return optional ? (type.parameters[0] ?? type) : type;
  };
  const compare = (at: Expression, expected: CelType, found: CelType): boolean => {
    if (isSameType(expected, found)) return true;
    report(at, `expected type '${expected}' but found '${found}'`);
    return false;
  };
  const compareList = ({ elements, optional: optionals }: ListExpression): void => {
    const optional = new Set(optionals);
    for (const [index, element] of elements.entries()) {
      if (!compare(element, typeOf(elements[0]!, optional.has(0)), typeOf(element, optional.has(index))))
        return;
    }
  };
  const compareMap = ({ entries }: MapExpression): void => {
    const [first] = entries;
    for (const { key, value, optional } of entries) {
      compare(key, typeOf(first!.key, false), typeOf(key, false));
      compare(value, typeOf(first!.value, first!.optional), typeOf(value, optional));
    }
  };
  const visit = (expression: Expression): void => {
    if (expression.kind === 'call' && checks.get(expression.name)?.mixesTypes === true) return;
    for (const child of childrenOf(expression)) visit(child);
    if (expression.kind === 'list') compareList(expression);
    else if (expression.kind === 'map') compareMap(expression);
  };
  visit(checked.expression);
}

function validateCall(name: string, argument: Expression | undefined, report: Report): void {
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
