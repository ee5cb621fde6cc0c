/*
 * Go tells an empty list or map from none, and keeps the form in which a quantity was written, but prints neither. A few of
 * kube-apiserver's comparisons (`reflect.DeepEqual`) see the difference; what was stored and read again has none.
 */

const unprinted = new WeakSet<object>();

/** Whether a list or object was read from a document that said more than Go prints of it: `[]`, `{}`, a quantity of `1000m`. */
export function holdsUnprinted(value: object): boolean {
  return unprinted.has(value);
}

/** What is stored holds no more than is printed. */
export function forgetUnprinted(value: object): void {
  unprinted.delete(value);
}

/** Says so of a list or object, or of a copy of one. */
export function markUnprinted(value: object): void {
  unprinted.add(value);
}
