import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import type { JsonObject } from '../patch/json-value.ts';
import { compareObjects, type Ignored } from './compare.ts';
import { union, type FieldSet } from './field-set.ts';
import { removeUnowned } from './merge-applied.ts';
import type { StructPlan } from './type-plan.ts';
import type { OtherVersion, Versions } from './versions.ts';

/** What an application takes away. */
export interface Pruning {
  plan: StructPlan;
  versions: Versions;
  ignored: Ignored;
  /** What the manager applied last time. */
  previous: ManagedFieldsEntry;
  /** Who owns what now, the manager itself included. */
  owners: readonly ManagedFieldsEntry[];
}

/** Fields by the version in which they are owned; undefined: the object's own, or one of the same structure. */
function ownedBy(
  owners: readonly ManagedFieldsEntry[],
  versions: Versions,
): Map<OtherVersion | undefined, FieldSet> {
  const owned = new Map<OtherVersion | undefined, FieldSet>();
  for (const { apiVersion, fieldsV1 } of owners) {
    const version = versions.other(apiVersion);
    const all = union(owned.get(version), fieldsV1 as FieldSet | undefined);
    if (all !== undefined) owned.set(version, all);
  }
  return owned;
}

/**
 * Takes from the merged object what the manager applied last time and nobody owns now. Each set of fields counts in the version
 * that it was written in: what goes in the manager's version comes back where it is owned in another one (Kubernetes:
 * `structured-merge-diff/merge.Updater.prune`).
 */
export function pruneMerged(merged: JsonObject, pruning: Pruning): JsonObject {
  const { plan, versions, ignored, previous } = pruning;
  const last = previous.fieldsV1 as FieldSet | undefined;
  if (last === undefined) return merged;
  const owned = ownedBy(pruning.owners, versions);
  const writtenIn = versions.other(previous.apiVersion);
  const remove = (version: OtherVersion | undefined, gone: FieldSet): JsonObject => {
    const next = { last: gone, owned: owned.get(version) };
    if (version === undefined) return removeUnowned(plan, merged, next) as JsonObject;
    return version.from(removeUnowned(version.plan, version.to(merged), next) as JsonObject);
  };
  let pruned = remove(writtenIn, last);
  for (const version of owned.keys()) {
    if (version === writtenIn) continue;
    const { removed } =
      version === undefined
        ? compareObjects(plan, merged, pruned, ignored)
        : compareObjects(version.plan, version.to(merged), version.to(pruned), ignored);
    if (removed !== undefined) pruned = remove(version, removed);
  }
  return pruned;
}
