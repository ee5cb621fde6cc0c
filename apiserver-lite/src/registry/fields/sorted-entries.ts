/** The entries of a map by their keys: where Go's order is any, findings have this one. */
export function sortedEntries<T>(map: Readonly<Record<string, T>> | null | undefined): [string, T][] {
  return Object.entries(map ?? {}).sort(([left], [right]) => (left < right ? -1 : Number(left > right)));
}
