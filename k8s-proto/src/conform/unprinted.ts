/*
 * Go distinguishes an empty list or map from none, and keeps the form in which a quantity was written, but
 * prints neither. A few of kube-apiserver's comparisons (`reflect.DeepEqual`) see the difference; what was
 * stored and read again has none.
 */

const unprinted = new WeakSet<object>();
const emptied = new WeakMap<object, ReadonlySet<string>>();

/**
 * Whether a list or object was read from a document that said more than Go prints of it: `[]`, `{}`, a
 * quantity of `1000m`.
 */
export function holdsUnprinted(value: object): boolean {
  return unprinted.has(value);
}

/** Whether a field of the object was given as an empty list, map or run of bytes, and is left out of it. */
export function wasGivenEmpty(value: object, field: string): boolean {
  return emptied.get(value)?.has(field) === true;
}

/** Says so of these fields of an object. */
export function markGivenEmpty(value: object, fields: readonly string[]): void {
  emptied.set(value, new Set(fields));
}

/** What is stored holds no more than is printed. */
export function forgetUnprinted(value: object): void {
  unprinted.delete(value);
  emptied.delete(value);
}

/** Says so of a list or object, or of a copy of one. */
export function markUnprinted(value: object): void {
  unprinted.add(value);
}
