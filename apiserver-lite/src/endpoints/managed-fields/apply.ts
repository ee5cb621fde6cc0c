import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { breathe } from '../../http/breathe.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { compareObjects, type Comparison } from './compare.ts';
import { applyConflict, type Conflict } from './conflicts.ts';
import { byPlace, distinctEntries, encodeTime, sameManager } from './entries.ts';
import { difference, intersection, recursiveDifference, type FieldSet } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import { fieldsOfLastApplied, syncLastApplied } from './last-applied.ts';
import { mergeApplied } from '../../registry/resource-types/merge-applied.ts';
import { pruneMerged } from './prune-merged.ts';
import { reconcileEntry } from './reconcile-schema.ts';
import { resetFieldsOf, strippedFields, type ResetFields } from './reset-fields.ts';
import { trackUpdate } from './track.ts';
import { explained, inVersion, type Version, type Versions } from '../../registry/resource-types/versions.ts';

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
 * Server-side apply (KEP-555): merges `applied` into `current`, takes away what this manager applied last
 * time and nobody owns now, and records the ownership. `current` undefined: a new object. Throws 409 with
 * every conflict.
 *
 * Values count as they are written, before defaults and before Go's types change their form: a quantity of
 * `1.5` is another one than the stored `1500m`, and a list without a default is another one than the same
 * list with it (Kubernetes: `managedfields/internal/structuredmerge.go`).
 */
export async function applyConfiguration(
  current: KubeObject | undefined,
  applied: JsonObject,
  { scope, manager, force, decode }: Application,
): Promise<KubeObject> {
  const { gvk, rest, types, environment, apiVersion } = scope;
  const { versions } = types;
  const reset = resetFieldsOf(rest);
  const { subresource } = rest;
  const own: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion,
    ...(subresource === undefined ? {} : { subresource: subresource.name }),
  };
  const { plan } = versions.own;
  const live = versions.own.printed((current ?? { apiVersion, kind: gvk.kind }) as JsonObject);
  const documents = new LiveDocuments(versions, live);
  const entries = await trackedEntries(current, scope, documents);
  const previous = entries.find((entry) => sameManager(entry, own));
  const others = entries.filter((entry) => entry !== previous);

  // What the endpoint does not write is left out; name and namespace are still in it.
  const applying = recursiveDifference(fieldsOf(plan, applied), reset.reset);
  await breathe();
  const merged = mergeApplied(plan, live, applied) as JsonObject;
  await breathe();
  const keepsAll = previous === undefined || isKept(previous, applying, own);
  // A conversion there and back may lose fields, or be refused.
  const isConverted = others.some((entry) => !versions.find(entry.apiVersion)!.sameStructure);
  await breathe();
  const next =
    previous === undefined || (keepsAll && !isConverted)
      ? merged
      : await pruneMerged(merged, {
          versions,
          previous,
          owners: applying === undefined ? others : [...others, { ...own, fieldsV1: applying }],
        });

  await breathe();
  const comparisons = new Comparisons(versions, { before: documents, after: next, reset });
  const inherited = fieldsOfLastApplied(current, { manager, version: versions.own, live });
  await breathe();
  const conflicts: Conflict[] = [];
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of others) {
    const before = entry.fieldsV1 as FieldSet;
    const { changed, removed } = await comparisons.in(versions.find(entry.apiVersion)!);
    await breathe();
    const unasked = difference(intersection(before, changed), inherited);
    if (unasked !== undefined) conflicts.push({ entry, fields: unasked });
    const left = difference(difference(before, changed), removed);
    if (left !== undefined) kept.push(left === before ? entry : { ...entry, fieldsV1: left });
  }
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);

  await breathe();
  const same = isDeepStrictEqual(live, next);
  const object = same && current !== undefined ? unchanged(current) : decode(next);
  await breathe();
  const fields = difference(applying, strippedFields);
  if (fields !== undefined) {
    // A manager that changed nothing, ever, has no time.
    const time = same ? previous?.time : encodeTime(environment.now());
    const { subresource: part, ...identity } = own;
    kept.push({
      ...identity,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(part === undefined ? {} : { subresource: part }),
    });
  }
  syncLastApplied(object, applied, manager);
  if (kept.length > 0) object.metadata.managedFields = kept.sort(byPlace);
  else delete object.metadata.managedFields;
  return object;
}

/** Whether the manager applies all that it applied last time: then nothing is to be taken away. */
function isKept(
  previous: ManagedFieldsEntry,
  applying: FieldSet | undefined,
  { apiVersion }: ManagedFieldsEntry,
): boolean {
  const last = previous.fieldsV1 as FieldSet | undefined;
  return previous.apiVersion === apiVersion && difference(last, applying) === undefined;
}

/** The stored object in the versions in which fields of it are owned. */
class LiveDocuments {
  readonly #kept = new Map<Version, JsonObject>();
  readonly versions: Versions;
  readonly #live: JsonObject;

  constructor(versions: Versions, live: JsonObject) {
    this.versions = versions;
    this.#live = live;
  }

  /** Rejects with a StatusError (500) where the object cannot be converted. */
  async in(version: Version): Promise<JsonObject> {
    const kept = this.#kept.get(version);
    if (kept !== undefined) return kept;
    const { object } = await inVersion({ version: this.versions.own, object: this.#live }, version);
    if (this.#kept.size < mostKept) this.#kept.set(version, object);
    return object;
  }
}

/** Large objects of definitions with many versions are converted once more rather than kept. */
const mostKept = 4;

/** A document and what becomes of it, compared in every version that is asked for, once. */
class Comparisons {
  readonly #made = new Map<Version, Comparison>();
  readonly #versions: Versions;
  readonly #documents: { before: LiveDocuments; after: JsonObject };
  readonly #reset: ResetFields;

  constructor(
    versions: Versions,
    { before, after, reset }: { before: LiveDocuments; after: JsonObject; reset: ResetFields },
  ) {
    this.#versions = versions;
    this.#documents = { before, after };
    this.#reset = reset;
  }

  async in(version: Version): Promise<Comparison> {
    let made = this.#made.get(version);
    if (made === undefined) {
      made = await this.#compare(version);
      this.#made.set(version, made);
    }
    return made;
  }

  async #compare(version: Version): Promise<Comparison> {
    const { own } = this.#versions;
    const { before, after } = this.#documents;
    const old = await explained('failed to convert old object', before.in(version));
    const converted = inVersion({ version: own, object: after }, version);
    const { object } = await explained('failed to convert new object', converted);
    return compareObjects(version.plan, old, object, { skip: this.#reset.skip, asWritten: true });
  }
}

/**
 * The entries by the schemas of today. Of an object that was never tracked everything belongs to
 * `before-first-apply`. Rejects with a StatusError (500) where the object cannot be converted to the version
 * of an entry.
 */
async function trackedEntries(
  current: KubeObject | undefined,
  scope: ResourceScope,
  documents: LiveDocuments,
): Promise<readonly ManagedFieldsEntry[]> {
  if (current === undefined) return [];
  const given = distinctEntries(current.metadata.managedFields ?? []);
  if (given.length === 0) return untrackedEntries(current, scope);
  const { versions } = documents;
  const entries: ManagedFieldsEntry[] = [];
  for (const entry of given) {
    const version = versions.find(entry.apiVersion);
    if (version !== undefined) {
      await documents.in(version);
      entries.push(reconcileEntry(version, entry));
    } else if (versions.missing !== undefined) {
      throw versions.missing(entry.apiVersion);
    }
  }
  return entries;
}

function untrackedEntries(current: KubeObject, scope: ResourceScope): readonly ManagedFieldsEntry[] {
  const { managedFields: _none, ...metadata } = current.metadata;
  const copy: KubeObject = { ...current, metadata };
  trackUpdate(undefined, copy, { scope, manager: 'before-first-apply' });
  return copy.metadata.managedFields ?? [];
}

function unchanged(current: KubeObject): KubeObject {
  return { ...current, metadata: { ...current.metadata } };
}
