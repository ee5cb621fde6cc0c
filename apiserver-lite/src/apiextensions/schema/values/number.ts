import { goNumber } from '@pg8s/k8s-proto/go-number';
import type { JsonSchema } from '../json-schema.ts';

/** What is wrong with a number. */
export interface NumberProblem {
  /** After the path: `in body should be less than 3`; or the whole text, where the schema is to blame. */
  text: string;
  /** How the finding shows the value; absent: it is on the whole object, and shows nothing. */
  printed?: string;
}

interface NumberSchema {
  /** With the bounds. */
  limits: JsonSchema;
  numberType: '' | 'integer' | 'number';
  numberFormat: string;
}

const minInt64 = -(2n ** 63n);
const maxInt32 = 2 ** 31;
/** From here on a float of 32 bits would be infinite. */
const beyondFloat32 = 3.4028235677973366e38;
const maxJsonInteger = 2 ** 53 - 1;
const epsilon = 1e-9;

/** Whether a number is whole, or nearly (go-openapi: `swag.IsFloat64AJSONInteger`). */
export function isJsonInteger(value: number): boolean {
  if (!Number.isFinite(value) || value < -(2 ** 53) || value > maxJsonInteger) return false;
  const whole = Math.trunc(value);
  if (whole === value) return true;
  // What is negative is no unsigned integer: Go compares with a very large number.
  const other = value < 0 ? unsignedOf(whole) : whole;
  const difference = Math.abs(value - other);
  if (other === 0) return false;
  return difference / (Math.abs(value) + Math.abs(other)) < epsilon;
}

const unsignedOf = (whole: number) => Number(BigInt.asUintN(64, BigInt(whole)));

/**
 * Whether Go holds a number as an integer of 64 bits: whole ones that are bigger, or were written with a
 * fraction or an exponent that makes them so, are floats.
 */
export function isInt64(value: number | bigint): boolean {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
}

/** Go's conversion of a float to an integer of 64 bits: what does not fit is the least one. */
function toInt64(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  return BigInt.asIntN(64, whole) === whole ? whole : minInt64;
}

/** A bound as findings print it: an integer of 64 bits, or a float. */
const printed = (value: number | bigint) => (typeof value === 'bigint' ? String(value) : goNumber(value));

function outOfRange(value: number | bigint, { numberType, numberFormat }: NumberSchema, what: string) {
  const number = Number(value);
  const isInteger =
    typeof value === 'bigint' ? isInt64(value) : Number.isInteger(number) && fitsInt64(number);
  const isWrong =
    numberType === 'integer'
      ? !isInteger || (numberFormat === 'int32' && (number < -maxInt32 || number >= maxInt32))
      : numberFormat === 'float' && Math.abs(number) >= beyondFloat32;
  if (!isWrong) return undefined;
  const form = numberFormat === '' ? '(default format)' : `with format ${numberFormat}`;
  return `${what} value must be of type ${numberType} ${form} in`;
}

const fitsInt64 = (value: number) => value >= -(2 ** 63) && value < 2 ** 63;

/**
 * What is wrong with a number; `path` is where it stands, as findings on the schema say it. Whole numbers are
 * compared with the whole part of bounds (Kubernetes: kube-openapi's `numberValidator`).
 */
export function numberProblems(
  value: number | bigint,
  schema: NumberSchema,
  path: string,
): readonly NumberProblem[] {
  const problems: NumberProblem[] = [];
  const range = (number: number | bigint, what: string): boolean => {
    const reason = outOfRange(number, schema, what);
    if (reason !== undefined) problems.push({ text: `${reason} ${path}` });
    return reason === undefined;
  };
  range(value, 'Checked');
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema.limits;
  /** What is compared with a float is one. */
  const say = (text: string, limit: number | bigint) => {
    const shown = typeof limit === 'bigint' ? String(value) : goNumber(Number(value));
    problems.push({ text: `${path} in body should be ${text}`, printed: shown });
  };
  /** A bound, as the value is compared with it. */
  const bound = (limit: number, what: string): number | bigint =>
    range(limit, what) && isInt64(value) ? toInt64(limit) : limit;
  if (multipleOf !== undefined) {
    const factor = bound(multipleOf, 'MultipleOf');
    if (factor <= 0) {
      const text = `factor MultipleOf declared for ${path} must be positive: ${printed(factor)}`;
      problems.push({ text, printed: printed(factor) });
    } else if (!isMultiple(value, factor)) say(`a multiple of ${printed(factor)}`, factor);
  }
  if (minimum !== undefined) {
    const least = bound(minimum, 'Minimum boundary');
    const excluded = exclusiveMinimum === true;
    if (value < least || (excluded && isEqual(value, least))) {
      say(`greater than ${excluded ? '' : 'or equal to '}${printed(least)}`, least);
    }
  }
  if (maximum !== undefined) {
    const most = bound(maximum, 'Maximum boundary');
    const excluded = exclusiveMaximum === true;
    if (value > most || (excluded && isEqual(value, most))) {
      say(`less than ${excluded ? '' : 'or equal to '}${printed(most)}`, most);
    }
  }
  return problems;
}

const isEqual = (left: number | bigint, right: number | bigint) => !(left < right) && !(left > right);

function isMultiple(value: number | bigint, factor: number | bigint): boolean {
  if (typeof factor === 'bigint') return BigInt(value) % factor === 0n;
  const number = Number(value);
  return isJsonInteger(factor < 1 ? (1 / factor) * number : number / factor);
}
