import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { union, type FieldSet } from './field-set.ts';

/**
 * More entries of updates than this are merged, the oldest first (Kubernetes: `DefaultMaxUpdateManagers`).
 */
const maxUpdateManagers = 10;

/** RFC 3339 with seconds, as `metav1.Time`. */
export function encodeTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

/** The entries as they may be used; undefined where one of them isn't valid, which makes them all so. */
export function decodeEntries(
  entries: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] | undefined {
  return entriesProblem(entries) === undefined ? entries : undefined;
}

/** What makes entries invalid, in the words of `managedfields.ValidateManagedFields`; undefined: nothing. */
export function entriesProblem(entries: readonly ManagedFieldsEntry[]): string | undefined {
  for (const [index, { operation, apiVersion = '', fieldsType = '', fieldsV1 }] of entries.entries()) {
    if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`';
    if (apiVersion === '') return 'apiVersion must not be empty';
    if ((fieldsType as string) === '') return `missing fieldsType in managed fields entry ${index}`;
    if (fieldsType !== 'FieldsV1') {
      return `invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${index}`;
    }
    if (fieldsV1 !== undefined && fieldsV1 !== null && !isFieldSet(fieldsV1)) {
      return `error decoding versioned set in managed fields entry ${index}`;
    }
  }
  return undefined;
}

/**
 * One entry a manager, the last one that it has, and none that owns nothing: as they are once they were read.
 * The list itself where it is so already.
 */
export function distinctEntries(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const lasts = new Map(entries.map((entry, index) => [managerKey(entry), index]));
  const isLast = (entry: ManagedFieldsEntry, index: number) =>
    Object.keys(entry.fieldsV1 ?? {}).length > 0 && lasts.get(managerKey(entry)) === index;
  return entries.every(isLast) ? entries : entries.filter(isLast);
}

/** The same text for entries that stand for one manager. */
function managerKey({ manager, operation, subresource = '', apiVersion }: ManagedFieldsEntry): string {
  return JSON.stringify([manager, operation, subresource, operation === 'Apply' ? '' : apiVersion]);
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

/** Whether a value is a set in fieldsV1's form: `f:name`, `k:{…}`, `v:…` and `i:0` at its edges. */
function isFieldSet(value: unknown): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([element, below]) => isElement(element) && isFieldSet(below));
}

function isElement(element: string): boolean {
  const content = element.slice(2);
  switch (element.slice(0, 2)) {
    case '.':
    case 'f:':
      return true;
    case 'i:':
      return /^-?\d+$/.test(content);
    case 'k:':
    case 'v:':
      try {
        const key: unknown = JSON.parse(content);
        return element.startsWith('v:') || (typeof key === 'object' && key !== null && !Array.isArray(key));
      } catch {
        return false;
      }
    default:
      return false;
  }
}
