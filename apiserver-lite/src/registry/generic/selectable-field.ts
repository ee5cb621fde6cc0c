import type { KubeObject } from '@pg8s/k8s-proto/object';
import { fieldAt } from './kind-strategy.ts';

/** The value of a selectable field as text; absent counts as empty. */
export function selectable<T extends KubeObject>(read: (object: T) => unknown): (object: T) => string {
  return (object) => {
    const value = read(object);
    return value === undefined || value === null ? '' : String(value as string | number | boolean);
  };
}

/** Field selectors whose label is the path in the object; `fallback` is what an absent value counts as. */
export function selectablePaths(
  paths: readonly string[],
  fallback = '',
): Readonly<Record<string, (object: KubeObject) => string>> {
  return Object.fromEntries(
    paths.map((path) => [path, selectable((object) => fieldAt(object, path) ?? fallback)]),
  );
}
