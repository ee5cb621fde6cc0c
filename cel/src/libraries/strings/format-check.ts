import type { Expression } from '../../expression.ts';
import type { CallCheck, JudgedCall } from '../../library.ts';
import type { CelType } from '../../types.ts';
import { type Clause, fillFormat, FormatError, refuseValue } from './format-parser.ts';

type Kinds = ReadonlySet<CelType['kind']>;

const printable: Kinds = new Set([
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null',
]);

/** The types that a clause prints; a text may name a number that has no digits. */
const accepted: Readonly<Record<Clause['verb'], Kinds>> = {
  s: printable,
  d: new Set(['int', 'uint']),
  f: new Set(['double', 'string']),
  e: new Set(['double', 'string']),
  b: new Set(['int', 'uint', 'bool']),
  x: new Set(['int', 'uint', 'string', 'bytes']),
  X: new Set(['int', 'uint', 'string', 'bytes']),
  o: new Set(['int', 'uint']),
};

/** The parts of a literal that `%s` prints, which must be printable themselves. */
function partsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'list') return expression.elements;
  return expression.kind === 'map' ? expression.entries.flatMap(({ key, value }) => [key, value]) : [];
}

/** The first part that a clause does not print. */
function refused({ verb }: Clause, value: Expression, typeOf: JudgedCall['typeOf']): Expression | undefined {
  const { kind } = typeOf(value);
  if (kind !== 'dyn' && !accepted[verb].has(kind)) return value;
  if (verb !== 's') return undefined;
  for (const part of partsOf(value)) {
    const found = refused({ verb, precision: undefined }, part, typeOf);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Formats that are constants are checked against the literal list of their values (cel-go:
 * ext/formatting.go).
 */
function judge({ call, typeOf, report }: JudgedCall): void {
  const [values] = call.args;
  if (call.target?.kind !== 'literal' || values?.kind !== 'list' || call.args.length > 1) return;
  const format = call.target.value;
  if (typeof format !== 'string') return;
  let place: Expression = call;
  let used = 0;
  try {
    fillFormat(format, {
      count: values.elements.length,
      format(clause, index) {
        used++;
        const wrong = refused(clause, values.elements[index]!, typeOf);
        if (wrong === undefined) return '';
        place = wrong;
        return refuseValue(clause, typeOf(wrong).name);
      },
    });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(place, error.message);
    return;
  }
  const { length } = values.elements;
  if (length > used) {
    report(call, `too many arguments supplied to string.format (expected ${used}, got ${length})`);
  }
}

/** The check of `format()`. */
export const formatCheck: CallCheck = { name: 'format', mixesTypes: true, judge };
