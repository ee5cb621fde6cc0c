import { compare } from '../../standard/arithmetic.ts';
import type { Value } from '../../values.ts';

/** How two values sort, undefined where they cannot be compared (cel-go: traits.Comparer). */
export function compareValues(one: Value, other: Value): number | undefined {
  const result = compare(one, other, '');
  return typeof result === 'number' ? result : undefined;
}

/** Whether a value can be compared at all. */
export function isComparable(value: Value): boolean {
  return compareValues(value, value) !== undefined || Number.isNaN(value);
}
