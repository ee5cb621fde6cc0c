import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import type { JsonObject } from '../../json/json-value.ts';
import { difference, intersection, union, type FieldSet } from './field-set.ts';
import { fieldsOf, withNamedFields } from './fields-of.ts';
import { removeFields } from './remove-fields.ts';
import {
  explained,
  inVersion,
  type Version,
  type VersionedObject,
  type Versions,
} from '../../registry/resource-types/versions.ts';

/** What an application takes away. */
export interface Pruning {
  versions: Versions;
  /** What the manager applied last time. */
  previous: ManagedFieldsEntry;
  /** Who owns what now; the manager itself with all that it applies, name and namespace included. */
  owners: readonly ManagedFieldsEntry[];
}

/** Fields by the version in which they are owned, that of the last application first. */
function ownedBy(
  owners: readonly ManagedFieldsEntry[],
  versions: Versions,
  first: Version,
): Map<Version, FieldSet> {
  const owned = new Map<Version, FieldSet>([[first, {}]]);
  for (const { apiVersion, fieldsV1 } of owners) {
    const version = versions.find(apiVersion);
    if (version === undefined) continue;
    const all = union(owned.get(version), fieldsV1 as FieldSet | undefined);
    if (all !== undefined) owned.set(version, all);
  }
  return owned;
}

const removed = ({ version, object }: VersionedObject, fields: FieldSet | undefined): VersionedObject => ({
  version,
  object: (removeFields(version.plan, object, fields) ?? {}) as JsonObject,
});

const named = ({ version, object }: VersionedObject) =>
  withNamedFields(version.plan, fieldsOf(version.plan, object));

/**
 * Takes from the merged object what the manager applied last time and nobody owns now. Each set of fields
 * counts in the version that it was written in (Kubernetes: `structured-merge-diff/merge.Updater.prune`):
 *
 * 1. all that the manager applied last time goes, structs included whose last field goes;
 * 2. what somebody owns comes back, whatever version it is owned in;
 * 3. what comes and goes with it, but was not the manager's, comes back too.
 */
export async function pruneMerged(
  merged: JsonObject,
  { versions, previous, owners }: Pruning,
): Promise<JsonObject> {
  const last = previous.fieldsV1 as FieldSet | undefined;
  const writtenIn = versions.find(previous.apiVersion);
  if (last === undefined || Object.keys(last).length === 0 || writtenIn === undefined) return merged;
  const convert = (value: VersionedObject, version: Version, purpose: string) =>
    explained(`failed to prune fields: ${purpose}`, inVersion(value, version));
  const before = await convert(
    { version: versions.own, object: merged },
    writtenIn,
    'failed to convert merged object to last applied version',
  );
  const gone = withNamedFields(writtenIn.plan, last);
  let whole = before;
  let pruned = removed(before, gone);
  for (const [version, owned] of ownedBy(owners, versions, writtenIn)) {
    const place = `object at version ${version.apiVersion}`;
    whole = await convert(whole, version, `failed add back owned items: failed to convert merged ${place}`);
    pruned = await convert(pruned, version, `failed add back owned items: failed to convert pruned ${place}`);
    const kept = union(named(pruned), withNamedFields(version.plan, owned));
    pruned = removed(whole, difference(named(whole), kept));
  }
  const left = await convert(
    pruned,
    writtenIn,
    'failed add back dangling items: failed to convert pruned object to last applied version',
  );
  const lost = difference(named(before), named(left));
  const result = removed(before, intersection(lost, gone));
  const { object } = await explained('failed to prune fields', inVersion(result, versions.own));
  return object;
}
