import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { apiVersionOf, kindInfo } from '@pg8s/k8s-proto/scheme';
import type { JsonObject } from '../patch/json-value.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { byPlace, capUpdateManagers, decodeEntries, encodeTime, sameManager } from './entries.ts';
import { difference, union, type FieldSet } from './field-set.ts';
import { ignoredFields } from './ignored-fields.ts';
import { structPlan } from './type-plan.ts';
import { VersionedComparison, versionsOf } from './versions.ts';

/** Where a write happens, and whose it is. */
export interface Tracking {
  scope: ResourceScope;
  manager: string;
}

const nothing: KubeObject = { apiVersion: '', kind: '', metadata: {} };

/** Records who sets the fields of a new object. */
export function trackCreate(object: KubeObject, tracking: Tracking): void {
  trackUpdate(undefined, object, tracking);
}

/**
 * Moves every field that `object` adds or changes, compared with `current`, to this request's manager, and forgets the
 * fields that it removes: sets `object.metadata.managedFields` (Kubernetes: `managedfields.FieldManager.Update`).
 * What doesn't change costs one walk over both objects.
 */
export function trackUpdate(
  current: KubeObject | undefined,
  object: KubeObject,
  { scope, manager }: Tracking,
): void {
  const { rest, gvk, environment } = scope;
  const info = kindInfo(gvk);
  const entries = startingEntries(current, object, rest.subresource !== undefined);
  if (info === undefined || (entries.length === 0 && current?.metadata.uid !== undefined)) {
    // Objects that were never tracked stay so.
    setEntries(object, entries);
    return;
  }
  const comparison = new VersionedComparison(
    versionsOf(gvk.kind, scope.apiVersion),
    structPlan(info.message),
    {
      before: (current ?? nothing) as JsonObject,
      after: object as JsonObject,
      ignored: ignoredFields(rest),
    },
  );
  const { changed, removed } = comparison.own;
  if (changed === undefined && removed === undefined) {
    setEntries(object, entries);
    return;
  }

  const own: ManagedFieldsEntry = {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    // A Scale owns the replicas of its workload, in the workload's version.
    apiVersion: apiVersionOf(rest.resource),
    ...(rest.subresource === undefined ? {} : { subresource: rest.subresource.name }),
  };
  const kept: ManagedFieldsEntry[] = [];
  let previous: FieldSet | undefined;
  for (const entry of entries) {
    const before = entry.fieldsV1 as FieldSet | undefined;
    const versioned = comparison.in(entry.apiVersion);
    const left = difference(difference(before, versioned.changed), versioned.removed);
    if (changed !== undefined && sameManager(entry, own)) {
      previous = left;
    } else if (left !== undefined) {
      kept.push(left === before ? entry : { ...entry, fieldsV1: left });
    }
  }
  if (changed !== undefined) {
    const { subresource, ...identity } = own;
    kept.push({
      ...identity,
      time: encodeTime(environment.now()),
      fieldsType: 'FieldsV1',
      fieldsV1: union(previous, changed)!,
      ...(subresource === undefined ? {} : { subresource }),
    });
  }
  setEntries(object, capUpdateManagers(kept).sort(byPlace));
}

/** The request's own managedFields, where it has some and may set them, else those of the stored object. */
function startingEntries(
  current: KubeObject | undefined,
  { metadata }: KubeObject,
  subresource: boolean,
): readonly ManagedFieldsEntry[] {
  const stored = current?.metadata.managedFields ?? [];
  if (subresource) return stored;
  const given = metadata.managedFields ?? [];
  // One entry with nothing in it: the client wants them gone.
  if (given.length === 1 && Object.keys(given[0] ?? {}).length === 0) return [];
  const decoded = decodeEntries(given);
  return decoded === undefined || decoded.length === 0 ? stored : decoded;
}

function setEntries({ metadata }: KubeObject, entries: readonly ManagedFieldsEntry[]): void {
  if (entries.length === 0) delete metadata.managedFields;
  else metadata.managedFields = entries as ManagedFieldsEntry[];
}
