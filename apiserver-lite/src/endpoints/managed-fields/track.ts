import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { breathe } from '../../http/breathe.ts';
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
  const stages = trackingStages(current, object, tracking);
  while (stages.next().done !== true);
}

/** `trackUpdate` that lets others have their turn between its stages. */
export async function trackInTurns(
  current: KubeObject | undefined,
  object: KubeObject,
  tracking: Tracking,
): Promise<void> {
  for (const _stage of trackingStages(current, object, tracking)) await breathe();
}

/** Of what cannot be owned no managed fields are kept (Kubernetes: `managedfields.UpdateNoErrors`). */
function* trackingStages(
  current: KubeObject | undefined,
  object: KubeObject,
  tracking: Tracking,
): Generator<void, void> {
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
): Generator<void, void> {
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
  const isKnown = ({ apiVersion: ownedIn }: ManagedFieldsEntry) => versions.find(ownedIn) !== undefined;
  const entries = given.every(isKnown) ? given : given.filter(isKnown);
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
    if (scope.codec.unstructured === true && comparisons.isForeign(versions.find(entry.apiVersion)!)) {
      // kube-apiserver cannot tell then what is owned, and forgets it all.
      setEntries(object, []);
      return;
    }
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

/** Two states of an object, compared in every structure that is asked for, once. */
class UpdateComparisons {
  readonly #made = new Map<Version, Comparison>();
  readonly #versions: Versions;
  readonly #states: { before: KubeObject; after: KubeObject; reset: ResetFields };

  constructor(versions: Versions, states: { before: KubeObject; after: KubeObject; reset: ResetFields }) {
    this.#versions = versions;
    this.#states = states;
  }

  in(version: Version): Comparison {
    const structure = version.sameStructure ? this.#versions.own : version;
    let made = this.#made.get(structure);
    if (made === undefined) {
      made = this.#compare(structure);
      this.#made.set(structure, made);
    }
    return made;
  }

  /** Whether the object has fields that another version lacks, so that it cannot be compared there. */
  isForeign(version: Version): boolean {
    if (version === this.#versions.own) return false;
    const { before, after } = this.#states;
    const states = before === nothing ? [after] : [before, after];
    return states.some((state) => version.problems(version.to(state as JsonObject)).length > 0);
  }

  #compare(version: Version): Comparison {
    const { before, after, reset } = this.#states;
    return compareObjects(
      version.plan,
      before === nothing ? before : version.to(before as JsonObject),
      version.to(after as JsonObject),
      { skip: reset.skip },
    );
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
