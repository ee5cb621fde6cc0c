import type { Fields } from './fill.ts';

/**
 * A field that became a list keeps its old form for the first item. Older clients write the old form alone:
 * where the two differ it is the one that counts (Kubernetes: `core/v1/conversion.go` of PodStatus and
 * NodeSpec).
 */
export function joinFirst(
  target: Fields | undefined,
  one: string,
  { list, read, make }: { list: string; read: (item: unknown) => unknown; make: (value: unknown) => unknown },
): void {
  if (target === undefined) return;
  const all = target[list];
  const first = Array.isArray(all) && all.length > 0 ? read(all[0]) : undefined;
  const value = target[one];
  if (value) {
    if (value !== first) target[list] = [make(value)];
  } else if (first) {
    target[one] = first;
  }
}
