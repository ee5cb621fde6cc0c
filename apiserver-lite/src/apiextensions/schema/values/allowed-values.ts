import { isDeepStrictEqual } from 'node:util';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { isInt64 } from './number.ts';

/** The values of an enum. */
export interface AllowedValues {
  /** Whether the value is one of them. null is none, whatever is listed. */
  has(value: unknown): boolean;
  /** As findings list them. */
  readonly names: readonly string[];
}

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/**
 * Go converts a value to the type of each allowed one before it compares them: a number with a fraction
 * counts as the whole one below it, and a whole number as the character of that code (Kubernetes:
 * kube-openapi's `basicCommonValidator`).
 */
export function enumOf(values: readonly unknown[]): AllowedValues {
  const scalars = new Set<unknown>(values.filter((item) => typeof item !== 'object' || item === null));
  scalars.delete(null);
  const numbers = values.filter(isNumber);
  const texts = values.filter((item): item is string => typeof item === 'string');
  const containers = values.filter((item) => typeof item === 'object' && item !== null);
  return {
    has(value) {
      if (scalars.has(value)) return true;
      if (isNumber(value)) return hasConverted(value, numbers, texts);
      if (typeof value !== 'object' || value === null) return false;
      return containers.some((item) => isDeepStrictEqual(item, value));
    },
    names: values.map((item) => (typeof item === 'string' ? item : (stringifyJson(item) ?? 'null'))),
  };
}

function hasConverted(
  value: number | bigint,
  numbers: readonly (number | bigint)[],
  texts: readonly string[],
): boolean {
  if (isInt64(value)) {
    return (
      // What is no character becomes U+FFFD.
      texts.some((text) => text === characterOf(value)) ||
      numbers.some((item) => !isInt64(item) && Number(value) === item)
    );
  }
  const whole = Math.trunc(value as number);
  return numbers.some((item) => isInt64(item) && Number(item) === whole);
}

function characterOf(code: number | bigint): string {
  const number = Number(code);
  const isCharacter = number >= 0 && number <= 0x10ffff && !(number >= 0xd800 && number <= 0xdfff);
  return isCharacter ? String.fromCodePoint(number) : '\ufffd';
}
