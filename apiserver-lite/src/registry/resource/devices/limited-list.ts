import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, tooMany } from '../../fields/field-errors.ts';
import { each, type ItemRule } from '../../fields/rules.ts';

interface Limits<T> {
  /** How many items there may be; absent: any number. */
  most?: number;
  /** Tells items apart, where none may be there twice. */
  keyOf?(item: T): string;
}

/** The findings on the items of a list; of one that is too long only that. */
export function limitedList<T>(
  list: readonly T[] | undefined | null,
  field: string,
  rule: ItemRule<T>,
  { most, keyOf }: Limits<T>,
): FieldError[] {
  const items = list ?? [];
  if (most !== undefined && items.length > most) return [tooMany(field, items.length, most)];
  const findings = each(items, field, rule);
  if (keyOf === undefined) return findings;
  const keys = items.map((item) => keyOf(item));
  const again = keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [duplicate(`${field}[${index}]`, key)] : [],
  );
  return [...findings, ...again];
}

/** Keys as they stand in paths: long ones are shortened in the middle. */
export function shortKey(key: string, most: number): string {
  if (key.length <= most) return key;
  const left = most - 3;
  return `${key.slice(0, Math.floor((left + 1) / 2))}...${key.slice(key.length - Math.floor(left / 2))}`;
}
