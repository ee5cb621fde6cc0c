import type { ManagedFieldsEntry, KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf } from '@pg8s/k8s-proto/scheme';

/** A Scale's version, in which its fields are owned. */
const scaleVersion = 'autoscaling/v1';

type Fields = Readonly<Record<string, unknown>>;

/** Where the replicas stand among the fields of a Scale. */
const inScale = ['f:spec', 'f:replicas'];

/**
 * Where the replicas stand among the owned fields of a workload in one of its versions: `['f:spec',
 * 'f:replicas']`; `none`: nowhere, as the version has no Scale; undefined: it is none of its versions.
 */
export type ReplicasPath = (apiVersion: string) => readonly string[] | 'none' | undefined;

/** The path in all versions of a group's built-in workloads. */
export function replicasOfGroup(group: string): ReplicasPath {
  return (apiVersion) => (groupVersionOf(apiVersion).group === group ? inScale : undefined);
}

/** What is below an element of a set of fields. */
function below(fields: unknown, element: string): Fields | undefined {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, element)) return undefined;
  return (fields as Record<string, Fields>)[element];
}

/** A set of one field. */
function only([first, ...rest]: readonly string[]): Fields {
  return first === undefined ? {} : { [first]: only(rest) };
}

function owns({ fieldsV1 }: ManagedFieldsEntry, path: readonly string[]): boolean {
  let place: Fields | undefined = fieldsV1;
  for (const element of path) place = below(place, element);
  return place !== undefined;
}

/** The set without the field; undefined where nothing else is left. */
function without(fields: Fields, [first = '', ...rest]: readonly string[]): Fields | undefined {
  const { [first]: inner, ...others } = fields;
  const left = rest.length === 0 ? undefined : without(inner as Fields, rest);
  if (left !== undefined) return { ...fields, [first]: left };
  const names = Object.keys(others);
  if (names.length === 0) return undefined;
  // Nothing is below it any more: it says only so then.
  return names.length === 1 && names[0] === '.' ? {} : others;
}

function withoutReplicas(entry: ManagedFieldsEntry, path: readonly string[]): ManagedFieldsEntry | undefined {
  const fields = without(entry.fieldsV1 as Fields, path);
  return fields === undefined ? undefined : { ...entry, fieldsV1: fields };
}

/** Whose an entry is; appliers are one whatever version they apply. */
function ownerOf({ manager, operation, subresource = '', apiVersion }: ManagedFieldsEntry): string {
  return JSON.stringify([manager, operation, subresource, operation === 'Apply' ? '' : apiVersion]);
}

/** Of entries that differ only in their time, the last one: kube-apiserver reads them into a map. */
function distinctEntries({ metadata }: KubeObject): ManagedFieldsEntry[] {
  return [...new Map((metadata.managedFields ?? []).map((entry) => [ownerOf(entry), entry])).values()];
}

/**
 * Who owns the replicas of a Scale: those who own them in the workload (Kubernetes:
 * `managedfields.ScaleHandler.ToSubresource`).
 */
export function ownersOfScale(workload: KubeObject, pathOf: ReplicasPath): ManagedFieldsEntry[] {
  return distinctEntries(workload)
    .filter((entry) => {
      const path = pathOf(entry.apiVersion ?? '');
      return path !== undefined && path !== 'none' && owns(entry, path);
    })
    .map((entry) => ({ ...entry, apiVersion: scaleVersion, fieldsV1: only(inScale) }));
}

/**
 * Who owns the fields of a workload after a write to its Scale (Kubernetes:
 * `managedfields.ScaleHandler.ToParent`). An applier that is still there keeps its entry. Updaters are known
 * by the Scale's version here, so that those who keep the replicas get an entry of their own for them; it has
 * no time, as nobody knows when they came to own them.
 */
export function ownersOfWorkload(
  workload: KubeObject,
  scale: KubeObject,
  { pathOf, apiVersion }: { pathOf: ReplicasPath; apiVersion: string },
): ManagedFieldsEntry[] {
  const owners = new Map(
    (scale.metadata.managedFields ?? [])
      .filter((entry) => owns(entry, inScale))
      .map((entry): [string, ManagedFieldsEntry] => [ownerOf(entry), entry]),
  );
  const entries: ManagedFieldsEntry[] = [];
  for (const entry of distinctEntries(workload)) {
    const path = pathOf(entry.apiVersion ?? '');
    if (path === undefined) continue;
    const keeps = path === 'none' || !owns(entry, path) || owners.delete(ownerOf(entry));
    const kept = keeps ? entry : withoutReplicas(entry, path);
    if (kept !== undefined) entries.push(kept);
  }
  const path = pathOf(apiVersion);
  const fields = only(path === undefined || path === 'none' ? [] : path);
  for (const { time: _time, ...entry } of owners.values()) {
    entries.push({ ...entry, apiVersion, fieldsV1: fields });
  }
  return entries.sort(byPlace);
}

/** Appliers first, then by time, manager and subresource. */
function byPlace(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time, b.time) ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}

function order(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
