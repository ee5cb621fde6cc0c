import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from './json-value.ts';

/** Whether two elements of lists are the same one: equal scalars, or objects with equal merge keys. */
export function sameElement(a: unknown, b: unknown, mergeKey: string): boolean {
  if (isJsonObject(a) && isJsonObject(b)) {
    return mergeKey !== '' && a[mergeKey] !== undefined && isDeepStrictEqual(a[mergeKey], b[mergeKey]);
  }
  return a === b;
}

/**
 * Puts the elements that the patch names into its order, the others into the server's, and zips the two: an element
 * of the server alone comes first only where it stood before the patch's next element.
 *
 *     server a b c d, patch names d b, merged {a b c d}  →  patch: d b, alone: a c  →  a c d b
 */
export function inOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  { serverOrder, mergeKey }: { serverOrder: readonly unknown[]; mergeKey: string },
): unknown[] {
  const indexIn = (list: readonly unknown[], item: unknown) =>
    list.findIndex((other) => sameElement(item, other, mergeKey));
  const named = merged.filter((item) => indexIn(order, item) >= 0);
  const alone = merged.filter((item) => indexIn(order, item) < 0);
  named.sort((a, b) => indexIn(order, a) - indexIn(order, b));
  alone.sort((a, b) => indexIn(serverOrder, a) - indexIn(serverOrder, b));
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < alone.length && right < named.length) {
    const serverLeft = indexIn(serverOrder, alone[left]);
    const serverRight = indexIn(serverOrder, named[right]);
    if (serverLeft >= 0 && serverRight >= 0 && serverLeft < serverRight) result.push(alone[left++]);
    else result.push(named[right++]);
  }
  return [...result, ...alone.slice(left), ...named.slice(right)];
}
