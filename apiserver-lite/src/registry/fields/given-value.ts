import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';

type Holder = object | null | undefined;

function given(holder: Holder, field: string, empty: object): object | null {
  if (holder === undefined || holder === null) return null;
  const value = (holder as Record<string, unknown>)[field] as object | null | undefined;
  return value ?? (wasGivenEmpty(holder, field) ? empty : null);
}

/**
 * A map of the object as findings print it: one that was given without keys is `{}`, one that was not given
 * null.
 */
export function givenMap(holder: Holder, field: string): object | null {
  return given(holder, field, {});
}

/** A list of the object as findings print it: one that was given without items is `[]`. */
export function givenList(holder: Holder, field: string): object | null {
  return given(holder, field, []);
}

/** Whether the object has the field, if only as a list or map that was given empty and is not printed. */
export function isGiven(holder: Holder, field: string): boolean {
  if (holder === undefined || holder === null) return false;
  const value = (holder as Record<string, unknown>)[field];
  return (value !== undefined && value !== null) || wasGivenEmpty(holder, field);
}
