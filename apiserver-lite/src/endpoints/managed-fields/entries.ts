import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { union, type FieldSet } from './field-set.ts';

/** More entries of updates than this are merged, the oldest first (Kubernetes: `DefaultMaxUpdateManagers`). */
const maxUpdateManagers = 10;

/** RFC 3339 with seconds, as `metav1.Time`. */
export function encodeTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

/** The entries as they may be used; undefined where one of them isn't valid, which makes them all so. */
export function decodeEntries(
  entries: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] | undefined {
  for (const { operation, fieldsType, fieldsV1 } of entries) {
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    if (fieldsType !== 'FieldsV1' || typeof fieldsV1 !== 'object' || fieldsV1 === null) return undefined;
  }
  return entries;
}

/** Whether two entries stand for one manager; appliers are one whatever version they apply. */
export function sameManager(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    (a.subresource ?? '') === (b.subresource ?? '') &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** Appliers first, then by time, manager, version and subresource. */
export function byPlace(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    order(a.operation ?? '', b.operation ?? '') ||
    seconds(a) - seconds(b) ||
    order(a.manager ?? '', b.manager ?? '') ||
    order(a.apiVersion ?? '', b.apiVersion ?? '') ||
    order(a.subresource ?? '', b.subresource ?? '')
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seconds({ time }: ManagedFieldsEntry): number {
  return time === undefined ? 0 : Date.parse(time) / 1000;
}

/** Merges the oldest updates into one `ancient-changes` a version until few enough are left. */
export function capUpdateManagers(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const updates = entries.filter(({ operation }) => operation === 'Update');
  if (updates.length <= maxUpdateManagers) return entries;
  const kept = new Set(entries);
  let count = updates.length;
  const buckets = new Map<string, ManagedFieldsEntry>();
  const firsts = new Map<string, ManagedFieldsEntry>();
  for (const entry of updates.sort(byPlace)) {
    if (count <= maxUpdateManagers) break;
    const version = entry.apiVersion ?? '';
    const first = firsts.get(version);
    if (first === undefined) {
      firsts.set(version, entry);
      continue;
    }
    const bucket = buckets.get(version) ?? first;
    kept.delete(bucket);
    kept.delete(entry);
    const merged: ManagedFieldsEntry = {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion: version,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: union(bucket.fieldsV1 as FieldSet, entry.fieldsV1 as FieldSet)!,
    };
    buckets.set(version, merged);
    kept.add(merged);
    count--;
  }
  return [...kept];
}
