import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, resources, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { conversionOf } from './conversions.ts';

/** The resource that holds objects of a kind in a version. */
function holderOf(apiVersion: string, kind: string): ResourceInfo | undefined {
  return resources().find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
}

type Convert = (object: KubeObject) => KubeObject;

const known = new Map<string, Convert | undefined>();

function makeConvert(from: ResourceInfo | undefined, to: ResourceInfo | undefined): Convert | undefined {
  const isSame =
    from !== undefined &&
    to !== undefined &&
    from.storedAs.group === to.storedAs.group &&
    from.storedAs.kind === to.storedAs.kind;
  if (!isSame) return undefined;
  const [there, back] = [conversionOf(from), conversionOf(to)];
  return (object) => {
    const stored = there?.toStored(object) ?? object;
    return back?.fromStored(stored) ?? stored;
  };
}

/**
 * How objects of a kind become those of another of its versions; undefined where the version is not one of
 * the kind's. Only the versions of the server's own tables are known.
 */
export function converter(kind: string, from: string, to: string): Convert | undefined {
  const key = `${kind} ${from} ${to}`;
  if (!known.has(key)) known.set(key, makeConvert(holderOf(from, kind), holderOf(to, kind)));
  return known.get(key);
}
