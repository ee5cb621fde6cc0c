/** One change of a JSON document: a value is set at a place, or, without one, what is there is removed. */
export interface Edit {
  at: readonly (string | number)[];
  value?: unknown;
}

type Holder = Record<string | number, unknown>;

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

/** A changed copy. Edits whose parent is not there do nothing. */
export function edited(document: unknown, edits: readonly Edit[]): unknown {
  const copy: unknown = structuredClone(document);
  for (const { at, value } of edits) {
    let holder: unknown = copy;
    for (const key of at.slice(0, -1)) holder = isHolder(holder) ? holder[key] : undefined;
    const last = at.at(-1);
    if (!isHolder(holder) || last === undefined) continue;
    if (value !== undefined) holder[last] = structuredClone(value);
    else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  }
  return copy;
}

/** Places of all values in a document, parents before children. */
export function placesIn(document: unknown, at: readonly (string | number)[] = []): (string | number)[][] {
  if (!isHolder(document)) return [];
  const keys = Array.isArray(document) ? [...document.keys()] : Object.keys(document);
  return keys.flatMap((key) => [[...at, key], ...placesIn(document[key], [...at, key])]);
}

/** What is at a place; undefined: nothing. */
export function valueAt(document: unknown, at: readonly (string | number)[]): unknown {
  let value: unknown = document;
  for (const key of at) value = isHolder(value) ? value[key] : undefined;
  return value;
}
