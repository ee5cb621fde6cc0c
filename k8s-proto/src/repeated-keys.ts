/** What an object of a JSON text had for its keys, where one stood twice: what its value hides. */
export type JsonEntries = readonly (readonly [key: string, value: unknown])[];

const repeated = new WeakMap<object, [string, unknown][]>();

/** Remembers that the object, which has values for its keys already, is given another for one of them. */
export function repeatKey(object: Record<string, unknown>, key: string, value: unknown): void {
  const known = repeated.get(object);
  if (known === undefined) repeated.set(object, [...Object.entries(object), [key, value]]);
  else known.push([key, value]);
}

/** Remembers a key that follows one that stood twice. */
export function addEntry(object: Record<string, unknown>, key: string, value: unknown): void {
  repeated.get(object)?.push([key, value]);
}

/** All values that a text had for the keys of the object, in its order; undefined where each stood once. */
export function entriesAsWritten(object: object): JsonEntries | undefined {
  return repeated.get(object);
}
