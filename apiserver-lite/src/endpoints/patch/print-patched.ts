import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { goJson } from '@pg8s/k8s-proto/go-json';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { isJsonObject } from '../../json/json-value.ts';

/** Whether a patch reached into the object at a path, by the names and indexes that lead there. */
export type Touched = (path: readonly string[]) => boolean;

/** What a merge patch reaches into: the objects that it has objects for. */
export function touchedByMerge(patch: unknown): Touched {
  return (path) => {
    let place: unknown = patch;
    for (const name of path) place = isJsonObject(place) ? ownValue(place, name) : undefined;
    return path.length === 0 || isJsonObject(place);
  };
}

/** What JSON pointers reach into: everything on the way to the last name. */
export function touchedByPointers(pointers: readonly string[]): Touched {
  const reached = new Set<string>([JSON.stringify([])]);
  for (const pointer of pointers) {
    const names = pointer.split('/', 66).slice(1, -1);
    const path: string[] = [];
    for (const name of names) {
      path.push(name.replaceAll('~1', '/').replaceAll('~0', '~'));
      reached.add(JSON.stringify(path));
    }
  }
  return (path) => reached.has(JSON.stringify(path));
}

/**
 * A patched document as errors show it: objects that the patch reached into have their keys in order, as
 * kube-apiserver reads those alone; the others are as they were.
 */
export function printPatched(value: unknown, touched: Touched, path: readonly string[] = []): string {
  if (!touched(path)) return goJson(value) ?? 'null';
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => printPatched(item, touched, [...path, String(index)])).join(',')}]`;
  }
  if (!isJsonObject(value)) return goJson(value) ?? 'null';
  const fields = inByteOrder(Object.keys(value).filter((key) => value[key] !== undefined)).map(
    (key) => `${goJson(key)}:${printPatched(value[key], touched, [...path, key])}`,
  );
  return `{${fields.join(',')}}`;
}
