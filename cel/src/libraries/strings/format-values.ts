import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { typeOf } from '../../equality.ts';
import { toString } from '../../standard/conversions.ts';
import { CelType } from '../../types.ts';
import {
  Duration,
  EvaluationError,
  ListValue,
  MapValue,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from '../../values.ts';
import { formatFixed, formatScientific, groupThousands } from './fixed-point.ts';
import { type Clause, fillFormat, FormatError, refuseValue } from './format-parser.ts';

const defaultPrecision = 6;
/** No double has more behind the point. */
const maxFractionDigits = 1074;
/** A value can be printed many times over by one format; cel-go's memory is larger. */
const maxTextLength = 16 * 1024 * 1024;

/** `text.format(values)`: a text or what is wrong with the format or a value. */
export function formatText(text: string, values: ListValue): Result {
  let length = text.length;
  try {
    return fillFormat(text, {
      count: values.size,
      format(clause, index) {
        const filled = formatClause(clause, values.get(index));
        length += filled.length;
        if (length > maxTextLength) throw new FormatError('the result is too long');
        return filled;
      },
    });
  } catch (error) {
    if (error instanceof FormatError) return new EvaluationError(error.message);
    throw error;
  }
}

function formatClause(clause: Clause, value: Value): string {
  const { verb } = clause;
  switch (verb) {
    case 's':
      return plainText(value);
    case 'd':
      return integerOf(value)?.toString() ?? refuseValue(clause, typeOf(value).name);
    case 'f':
    case 'e':
      return formatNumber(clause, value);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return integerOf(value)?.toString(2) ?? refuseValue(clause, typeOf(value).name);
    case 'o':
      return integerOf(value)?.toString(8) ?? refuseValue(clause, typeOf(value).name);
    default: {
      const hex = hexOf(value) ?? refuseValue(clause, typeOf(value).name);
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
  }
}

function integerOf(value: Value): bigint | undefined {
  return value instanceof Uint ? value.value : typeof value === 'bigint' ? value : undefined;
}

function hexOf(value: Value): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : integerOf(value)?.toString(16);
}

const namedDoubles: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/**
 * `%.nf`; digits count modulo 256, as golang.org/x/text keeps them, and a multiple of that means all there
 * are.
 */
function fixedText(number: number, precision: number): string {
  const digits = precision % 256;
  if (digits > 0 || precision === 0) return formatFixed(number, digits);
  return formatFixed(number, maxFractionDigits).replace(/\.?0+$/, '');
}

/**
 * As golang.org/x/text prints numbers in English. A precision is a width for `%e`, as cel-go writes it there.
 */
function formatNumber(clause: Clause, value: Value): string {
  const number = typeof value === 'string' ? namedDoubles.get(value) : value;
  if (typeof number !== 'number') return refuseValue(clause, typeOf(value).name);
  const isScientific = clause.verb === 'e';
  const precision = clause.precision ?? defaultPrecision;
  const text = Number.isNaN(number)
    ? 'NaN'
    : !Number.isFinite(number)
      ? `${number < 0 ? '-' : ''}∞`
      : isScientific
        ? formatScientific(number)
        : groupThousands(fixedText(number, precision));
  return isScientific ? text.padStart(precision) : text;
}

/** `%s` of a value by itself. */
function plainText(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof CelType) return value.name;
  if (value instanceof ListValue || value instanceof MapValue) return partText(value);
  const text = isPrintable(value) ? toString(value) : refuseValue(stringClause, typeOf(value).name);
  if (typeof text === 'string') return text;
  throw new FormatError(
    `error during formatting: could not convert argument "${(text as EvaluationError).message}" to string`,
  );
}

const stringClause: Clause = { verb: 's', precision: undefined };

function isPrintable(value: Value): boolean {
  return (
    ['string', 'bigint', 'number', 'boolean'].includes(typeof value) ||
    value instanceof Uint ||
    value instanceof Uint8Array ||
    value instanceof Timestamp ||
    value instanceof Duration
  );
}

/** A value within a list or map: as a literal of the language. */
function partText(value: Value): string {
  if (value instanceof ListValue) {
    return `[${Array.from({ length: value.size }, (_, i) => partText(value.get(i))).join(', ')}]`;
  }
  if (value instanceof MapValue) return mapText(value);
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(plainText(value))}`;
  if (value instanceof Timestamp) return `timestamp(${goQuote(plainText(value))})`;
  if (value instanceof Duration) return `duration(${goQuote(plainText(value))})`;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? formatFixed(value, defaultPrecision) : goQuote(plainText(value));
  }
  if (value === null || value instanceof CelType || isPrintable(value)) return plainText(value);
  throw new FormatError(`error during formatting: no formatting function for ${typeOf(value).name}`);
}

function mapText(map: MapValue): string {
  const entries: [string, string][] = [];
  for (const key of map.keys()) {
    if (!['string', 'boolean', 'bigint'].includes(typeof key) && !(key instanceof Uint)) {
      const type = typeOf(key).name;
      throw new FormatError(`error during formatting: no formatting function for map key of type ${type}`);
    }
    entries.push([partText(key), partText(map.find(key)!)]);
  }
  entries.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}
