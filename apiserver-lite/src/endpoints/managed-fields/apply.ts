import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { apiVersionOf, kindInfo } from '@pg8s/k8s-proto/scheme';
import type { JsonObject } from '../patch/json-value.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { applyConflict, type Conflict } from './conflicts.ts';
import { byPlace, encodeTime, sameManager } from './entries.ts';
import { difference, intersection, type FieldSet } from './field-set.ts';
import { ignoredFields } from './ignored-fields.ts';
import { fieldsOfLastApplied, syncLastApplied } from './last-applied.ts';
import { fieldSetOf, mergeApplied } from './merge-applied.ts';
import { pruneMerged } from './prune-merged.ts';
import { trackUpdate } from './track.ts';
import { structPlan, type StructPlan } from './type-plan.ts';
import { VersionedComparison, versionsOf } from './versions.ts';

/** Who applies, and how. */
export interface Application {
  scope: ResourceScope;
  manager: string;
  /** Takes fields from their owners instead of failing. */
  force: boolean;
  /** From the merged document to the object: conformed, with defaults. */
  decode: (document: JsonObject) => KubeObject;
}

/**
 * Server-side apply (KEP-555): merges `applied` into `current`, takes away what this manager applied last time and
 * nobody owns now, and records the ownership. `current` undefined: a new object. Throws 409 with every conflict.
 */
export function applyConfiguration(
  current: KubeObject | undefined,
  applied: JsonObject,
  { scope, manager, force, decode }: Application,
): KubeObject {
  const { gvk, rest, environment } = scope;
  const plan = structPlan(kindInfo(gvk)!.message);
  const ignored = ignoredFields(rest);
  const own: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(rest.resource),
    ...(rest.subresource === undefined ? {} : { subresource: rest.subresource.name }),
  };
  const entries = trackedEntries(current, scope);
  const previous = entries.find((entry) => sameManager(entry, own));
  const others = entries.filter((entry) => entry !== previous);
  const fields = configuredFields(plan, applied, ignored);

  const live: JsonObject = current ?? {};
  let merged = mergeApplied(plan, live, applied) as JsonObject;
  const last = previous?.fieldsV1 as FieldSet | undefined;
  const versions = versionsOf(gvk.kind, scope.apiVersion);
  if (previous !== undefined) {
    merged = pruneMerged(merged, {
      plan,
      versions,
      ignored,
      previous,
      owners: fields === undefined ? others : [...others, { ...own, fieldsV1: fields }],
    });
  }
  const object = decode(merged);

  const comparison = new VersionedComparison(versions, plan, {
    before: live,
    after: object as JsonObject,
    ignored,
  });
  const { changed, removed } = comparison.own;
  const inherited = fieldsOfLastApplied(current, { manager, plan, ignored });
  const conflicts: Conflict[] = [];
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of others) {
    const before = entry.fieldsV1 as FieldSet;
    const versioned = comparison.in(entry.apiVersion);
    const taken = intersection(before, versioned.changed);
    const unasked = difference(taken, inherited);
    if (unasked !== undefined) conflicts.push({ entry, fields: unasked });
    const left = difference(difference(before, versioned.changed), versioned.removed);
    if (left !== undefined) kept.push(left === before ? entry : { ...entry, fieldsV1: left });
  }
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);

  if (fields !== undefined) {
    const same =
      changed === undefined &&
      removed === undefined &&
      previous !== undefined &&
      isDeepStrictEqual(last, fields);
    const { subresource, ...identity } = own;
    kept.push({
      ...identity,
      time: (same ? previous.time : undefined) ?? encodeTime(environment.now()),
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(subresource === undefined ? {} : { subresource }),
    });
  }
  if (changed !== undefined || removed !== undefined) syncLastApplied(object, applied, manager);
  if (kept.length > 0) object.metadata.managedFields = kept.sort(byPlace);
  else delete object.metadata.managedFields;
  return object;
}

/** Of an object that was never tracked everything belongs to `before-first-apply`. */
function trackedEntries(
  current: KubeObject | undefined,
  scope: ResourceScope,
): readonly ManagedFieldsEntry[] {
  if (current === undefined) return [];
  const entries = current.metadata.managedFields ?? [];
  if (entries.length > 0) return entries;
  const copy = { ...current, metadata: { ...current.metadata } };
  trackUpdate(undefined, copy, { scope, manager: 'before-first-apply' });
  return copy.metadata.managedFields ?? [];
}

function configuredFields(
  plan: StructPlan,
  applied: JsonObject,
  ignored: ReturnType<typeof ignoredFields>,
): FieldSet | undefined {
  const all = fieldSetOf(plan, applied, (element) => ignored.top.has(element.slice(2)));
  const stripped: Record<string, FieldSet> = {};
  for (const name of ignored.metadata) stripped[`f:${name}`] = everything;
  return difference(all, { 'f:metadata': { '.': everything, ...stripped } });
}

const everything: FieldSet = Object.freeze({});
