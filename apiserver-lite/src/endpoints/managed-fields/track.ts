import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { breathe } from '../../http/breathe.ts';
import { StatusError } from '../../api-errors/status-error.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { compareObjects, UntypedError, type Comparison } from './compare.ts';
import {
  byPlace,
  capUpdateManagers,
  decodeEntries,
  distinctEntries,
  encodeTime,
  sameManager,
} from './entries.ts';
import { difference, union, type FieldSet } from './field-set.ts';
import { reconcileEntry } from './reconcile-schema.ts';
import { resetFieldsOf, strippedFields, type ResetFields } from './reset-fields.ts';
import { type Version, type Versions } from '../../registry/resource-types/versions.ts';

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
 * Moves every field that `object` adds or changes, compared with `current`, to this request's manager, and
 * forgets the fields that it removes: sets `object.metadata.managedFields` (Kubernetes:
 * `managedfields.FieldManager.Update`). What doesn't change costs one walk over both objects.
 */
export function trackUpdate(current: KubeObject | undefined, object: KubeObject, tracking: Tracking): void {
  for (const stage of trackingStages(current, object, tracking)) {
    if (stage !== undefined) throw new TypeError('a conversion has to be waited for');
  }
}

/**
 * `trackUpdate` that lets others have their turn between its stages, and waits for who converts between
 * versions.
 */
export async function trackInTurns(
  current: KubeObject | undefined,
  object: KubeObject,
  tracking: Tracking,
): Promise<void> {
  for (const stage of trackingStages(current, object, tracking)) {
    if (stage !== undefined) await stage;
    await breathe();
  }
}

/** What has to be waited for before the next stage. */
type Stage = Promise<void> | undefined;

/** Of what cannot be owned no managed fields are kept (Kubernetes: `managedfields.UpdateNoErrors`). */
function* trackingStages(
  current: KubeObject | undefined,
  object: KubeObject,
  tracking: Tracking,
): Generator<Stage, void> {
  try {
    yield* comparingStages(current, object, tracking);
  } catch (error) {
    if (!(error instanceof UntypedError)) throw error;
    setEntries(object, []);
  }
}

function* comparingStages(
  current: KubeObject | undefined,
  object: KubeObject,
  { scope, manager }: Tracking,
): Generator<Stage, void> {
  const { rest, types, gvk, environment, apiVersion } = scope;
  if (!scope.codec.knows(gvk)) return;
  const given = distinctEntries(startingEntries(current, object, rest.subresource !== undefined));
  if (given.length === 0 && current?.metadata.uid !== undefined) {
    // Objects that were never tracked stay so.
    setEntries(object, []);
    return;
  }
  const { versions } = types;
  const comparisons = new UpdateComparisons(versions, {
    before: current ?? nothing,
    after: object,
    reset: resetFieldsOf(rest),
  });
  const entries = yield* entriesOfToday(given, versions, comparisons);
  if (entries === undefined) {
    // kube-apiserver cannot tell then what is owned, and forgets it all.
    setEntries(object, []);
    return;
  }
  yield;
  const { changed: touched, removed } = comparisons.in(versions.own);
  yield;
  const changed = difference(touched, strippedFields);
  if (touched === undefined && removed === undefined) {
    setEntries(object, entries);
    return;
  }

  const own: ManagedFieldsEntry = {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    apiVersion,
    ...(rest.subresource === undefined ? {} : { subresource: rest.subresource.name }),
  };
  const kept: ManagedFieldsEntry[] = [];
  let previous: FieldSet | undefined;
  for (const entry of entries) {
    const before = entry.fieldsV1 as FieldSet;
    const versioned = comparisons.in(versions.find(entry.apiVersion)!);
    const left = difference(difference(before, versioned.changed), versioned.removed);
    yield;
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

/**
 * The entries by the schemas of today; undefined where the object cannot be compared in the version of one of
 * them.
 */
function* entriesOfToday(
  given: readonly ManagedFieldsEntry[],
  versions: Versions,
  comparisons: UpdateComparisons,
): Generator<Stage, readonly ManagedFieldsEntry[] | undefined> {
  const entries: ManagedFieldsEntry[] = [];
  for (const entry of given) {
    const version = versions.find(entry.apiVersion);
    if (version === undefined) {
      if (versions.missing !== undefined) return undefined;
      continue;
    }
    const conversion = comparisons.convert(version);
    if (conversion !== undefined) yield conversion;
    if (!comparisons.isPossible(version)) return undefined;
    entries.push(reconcileEntry(version, entry));
  }
  return entries.length === given.length && entries.every((entry, index) => entry === given[index])
    ? given
    : entries;
}

/** Two states of an object, compared in every structure that is asked for, once. */
class UpdateComparisons {
  readonly #made = new Map<Version, Comparison | undefined>();
  readonly #versions: Versions;
  readonly #states: { before: KubeObject; after: KubeObject; reset: ResetFields };

  constructor(versions: Versions, states: { before: KubeObject; after: KubeObject; reset: ResetFields }) {
    this.#versions = versions;
    this.#states = states;
  }

  /**
   * Converts the states to a version and compares them there; a promise where somebody else converts. That
   * it is not possible is no error.
   */
  convert(version: Version): Promise<void> | undefined {
    const structure = this.#structureOf(version);
    if (structure === this.#versions.own || this.#made.has(structure)) return undefined;
    const { before, after } = this.#states;
    const states = (before === nothing ? [after] : [before, after]) as readonly object[] as JsonObject[];
    const compare = (converted: readonly JsonObject[]): void => {
      for (const document of converted) structure.ensureTyped?.(document);
      const [left, right] = before === nothing ? [before, converted[0]] : converted;
      this.#made.set(structure, this.#compare(structure, left!, right!));
    };
    const failed = (error: unknown): void => {
      if (!(error instanceof StatusError || error instanceof UntypedError)) throw error;
      this.#made.set(structure, undefined);
    };
    try {
      const converted = structure.to(states);
      if (converted instanceof Promise) return converted.then(compare).catch(failed);
      compare(converted);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  /** Whether the states could be converted: both have only fields that the version has, too. */
  isPossible(version: Version): boolean {
    const structure = this.#structureOf(version);
    return structure === this.#versions.own || this.#made.get(structure) !== undefined;
  }

  in(version: Version): Comparison {
    const structure = this.#structureOf(version);
    let made = this.#made.get(structure);
    if (made === undefined) {
      const { before, after } = this.#states;
      made = this.#compare(structure, before, after);
      this.#made.set(structure, made);
    }
    return made;
  }

  #structureOf(version: Version): Version {
    return version.sameStructure ? this.#versions.own : version;
  }

  #compare(version: Version, before: object, after: object): Comparison {
    return compareObjects(version.plan, before, after, { skip: this.#states.reset.skip });
  }
}

/** The request's own managedFields, where it has some and may set them, else those of the stored object. */
function startingEntries(
  current: KubeObject | undefined,
  { metadata }: KubeObject,
  subresource: boolean,
): readonly ManagedFieldsEntry[] {
  const stored = current?.metadata.managedFields ?? [];
  if (subresource || metadata.managedFields === undefined) return stored;
  const given = metadata.managedFields;
  if (isReset(given)) return [];
  return decodeEntries(given) ?? stored;
}

/** An empty list, or one entry with nothing in it: the client wants them gone. */
function isReset(given: readonly ManagedFieldsEntry[]): boolean {
  const [first] = given;
  return first === undefined || (given.length === 1 && Object.values(first).every((value) => value === ''));
}

function setEntries({ metadata }: KubeObject, entries: readonly ManagedFieldsEntry[]): void {
  if (entries.length === 0) delete metadata.managedFields;
  else metadata.managedFields = entries as ManagedFieldsEntry[];
}
