/*
 * Go distinguishes an empty list or map from none, and keeps the form in which a quantity was written, but
 * prints neither. A few of kube-apiserver's comparisons (`reflect.DeepEqual`) see the difference; what was
 * stored and read again has none.
 */

/** How much more was said of each. */
const unprinted = new WeakMap<object, number>();
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

/** The field was taken away, however it was given. */
export function forgetGivenEmpty(value: object, field: string): void {
  const fields = emptied.get(value);
  if (fields?.has(field) === true) emptied.set(value, new Set([...fields].filter((each) => each !== field)));
}

/** What is stored holds no more than is printed. */
export function forgetUnprinted(value: object): void {
  unprinted.delete(value);
  emptied.delete(value);
}

/** Says of a copy what is known of the original. */
export function copyUnprinted(from: object, copy: object): void {
  const count = unprinted.get(from);
  if (count !== undefined) unprinted.set(copy, count);
  const fields = emptied.get(from);
  if (fields !== undefined) emptied.set(copy, fields);
}

/** Says so of a list or object, of so many values in it. */
export function markUnprinted(value: object, count = 1): void {
  unprinted.set(value, count);
}

/** One of the values in the object has got another. */
export function takeUnprinted(value: object): void {
  const count = unprinted.get(value) ?? 0;
  if (count > 1) unprinted.set(value, count - 1);
  else unprinted.delete(value);
}
