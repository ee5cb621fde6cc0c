import { stringifyJson } from '@pg8s/k8s-proto/json';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { isJsonObject } from '../../json/json-value.ts';

/**
 * What tells an element of a list from the others: a scalar itself, an object by its merge key. Undefined for
 * what is like nothing else: objects without the key, lists.
 */
export function elementKey(element: unknown, mergeKey: string): unknown {
  const key = isJsonObject(element) ? ownValue(element, mergeKey) : element;
  if (key === undefined || (isJsonObject(element) && mergeKey === '')) return undefined;
  const prefix = isJsonObject(element) ? 'object' : 'scalar';
  if (typeof key === 'object' && key !== null) return `${prefix} ${stringifyJson(key)}`;
  return `${prefix} ${typeof key} ${String(key)}`;
}

/** The first place of each element, by its key. */
export function elementPlaces(list: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [index, element] of list.entries()) {
    const key = elementKey(element, mergeKey);
    if (key !== undefined && !places.has(key)) places.set(key, index);
  }
  return places;
}

/**
 * Puts the elements that the patch names into its order, the others into the server's, and zips the two: an
 * element of the server alone comes first only where it stood before the patch's next element.
 *
 *     server a b c d, patch names d b, merged {a b c d}  →  patch: d b, alone: a c  →  a c d b
 */
export function inOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  { serverOrder, mergeKey }: { serverOrder: readonly unknown[]; mergeKey: string },
): unknown[] {
  const inPatch = elementPlaces(order, mergeKey);
  const onServer = elementPlaces(serverOrder, mergeKey);
  const placeIn = (places: Map<unknown, number>, item: unknown) =>
    places.get(elementKey(item, mergeKey)) ?? -1;
  const named = merged.filter((item) => placeIn(inPatch, item) >= 0);
  const alone = merged.filter((item) => placeIn(inPatch, item) < 0);
  named.sort((a, b) => placeIn(inPatch, a) - placeIn(inPatch, b));
  alone.sort((a, b) => placeIn(onServer, a) - placeIn(onServer, b));
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < alone.length && right < named.length) {
    const serverLeft = placeIn(onServer, alone[left]);
    const serverRight = placeIn(onServer, named[right]);
    if (serverLeft >= 0 && serverRight >= 0 && serverLeft < serverRight) result.push(alone[left++]);
    else result.push(named[right++]);
  }
  return result.concat(alone.slice(left), named.slice(right));
}
