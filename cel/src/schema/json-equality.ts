import { plainNumber } from '@pg8s/k8s-proto/json-number';

/**
 * Whether two JSON values are the same, numbers by their value and objects whatever the order of their
 * fields.
 */
export function isSameJson(one: unknown, other: unknown): boolean {
  const [a, b] = [plainNumber(one), plainNumber(other)];
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameJson(item, b[index]));
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        isSameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}
