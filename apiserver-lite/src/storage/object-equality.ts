import type { KubeObject } from '@pg8s/k8s-proto/object';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameKeys(one: Record<string, unknown>, other: Record<string, unknown>, ignored?: string): boolean {
  for (const key in one) {
    if (key !== ignored && !sameValue(one[key], other[key])) return false;
  }
  for (const key in other) {
    if (key !== ignored && other[key] !== undefined && one[key] === undefined) return false;
  }
  return true;
}

function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => sameValue(item, other[index]))
    );
  }
  return isRecord(one) && isRecord(other) && sameKeys(one, other);
}

/** Whether both would be stored alike: everything but metadata.resourceVersion, absent fields like undefined ones. */
export function sameStoredObject(one: KubeObject, other: KubeObject): boolean {
  if (one === other) return true;
  return (
    sameKeys(one, other, 'metadata') &&
    sameKeys({ ...one.metadata }, { ...other.metadata }, 'resourceVersion')
  );
}
