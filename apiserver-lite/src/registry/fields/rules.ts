import { compareQuantities, parseQuantity, QuantityError, type Quantity } from '@pg8s/k8s-proto/quantity';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue, notSupported, required } from './field-errors.ts';
import { validPercent } from './formats.ts';

/** What kube-apiserver says of a number below zero. */
export const notNegative = 'must be greater than or equal to 0';

/** A rule for one item of a list; `path` is where the item stands. */
export type ItemRule<T> = (item: T, path: string, index: number) => readonly FieldError[];

/** The findings on every item of a list that may be absent. */
export function each<T>(
  list: readonly T[] | undefined | null,
  field: string,
  rule: ItemRule<T>,
): FieldError[] {
  const findings: FieldError[] = [];
  if (!list) return findings;
  // flatMap costs several times as much as the rules of an item with which all is well.
  for (let index = 0; index < list.length; index++) {
    const found = rule(list[index] as T, `${field}[${index}]`, index);
    if (found.length > 0) findings.push(...found);
  }
  return findings;
}

/** A number, where there is one, is not below zero. */
export function atLeastZero(field: string, value: number | undefined | null): FieldError[] {
  return value !== undefined && value !== null && value < 0 ? [invalidValue(field, value, notNegative)] : [];
}

/** A text that must be there and have a format. */
export function named(
  field: string,
  value: string | undefined | null,
  format: (value: string) => readonly string[],
): FieldError[] {
  return value ? invalidEach(field, value, format(value)) : [required(field)];
}

/** A text that may be absent, or else has a format. */
export function formatted(
  field: string,
  value: string | undefined | null,
  format: (value: string) => readonly string[],
): FieldError[] {
  return value ? invalidEach(field, value, format(value)) : [];
}

/** A value that must be there and be one of these. */
export function oneOf(
  field: string,
  value: string | undefined | null,
  supported: readonly string[],
): FieldError[] {
  if (!value) return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** A value that may be absent, or else is one of these. */
export function oneOfIfSet(
  field: string,
  value: string | undefined | null,
  supported: readonly string[],
): FieldError[] {
  if (value === undefined || value === null || supported.includes(value)) return [];
  return [notSupported(field, value, supported)];
}

/** An IntOrString: a number of things that is not negative, or a percentage. */
export function countOrPercent(field: string, value: unknown): FieldError[] {
  if (typeof value === 'number') return atLeastZero(field, value);
  return typeof value === 'string' ? invalidEach(field, value, validPercent(value)) : [];
}

/** The number of an IntOrString, of a percentage its number before the sign. */
export function numberOf(value: unknown): number {
  if (typeof value !== 'string') return Number(value ?? 0);
  return /^([+-]?\d+|\d+%)$/.test(value) ? Number.parseInt(value, 10) : 0;
}

/** A percentage is of the whole at most. */
export function atMostHundredPercent(field: string, value: unknown): FieldError[] {
  return typeof value === 'string' && validPercent(value).length === 0 && numberOf(value) > 100
    ? [invalidValue(field, value, 'must not be greater than 100%')]
    : [];
}

/** The last quantity that was read: one field is looked at by several rules in a row. */
let lastRead: { text: string; quantity: Quantity | undefined } | undefined;

/** A quantity that can be read, or undefined: what cannot was refused when the object was decoded. */
export function quantityOf(text: unknown): Quantity | undefined {
  if (text === undefined || text === null) return undefined;
  const written = String(text);
  if (lastRead?.text !== written) lastRead = { text: written, quantity: readQuantity(written) };
  return lastRead.quantity;
}

function readQuantity(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

const zero = parseQuantity('0');

/** -1, 0 or 1; an unreadable text counts as zero. */
export function signOf(text: unknown): number {
  return Math.sign(compareQuantities(quantityOf(text) ?? zero, zero));
}

/** Whether a quantity is whole, as counts of Pods or of devices are. */
export function isWhole(text: unknown): boolean {
  const quantity = quantityOf(text);
  return (
    quantity === undefined || quantity.scale >= 0 || quantity.digits % 10n ** BigInt(-quantity.scale) === 0n
  );
}

/**
 * -1, 0 or 1 as `left` is less than, equal to or greater than `right`; undefined where one cannot be read.
 */
export function compareAmounts(left: unknown, right: unknown): number | undefined {
  const [a, b] = [quantityOf(left), quantityOf(right)];
  return a === undefined || b === undefined ? undefined : Math.sign(compareQuantities(a, b));
}
