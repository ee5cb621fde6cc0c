import type { ManagedFieldsEntry, KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf } from '@pg8s/k8s-proto/scheme';

/** A Scale's version, in which its fields are owned. */
const scaleVersion = 'autoscaling/v1';

type Fields = Readonly<Record<string, unknown>>;

/** The one field that a workload and its Scale share; it has the same place in both. */
const replicas: Fields = { 'f:spec': { 'f:replicas': {} } };

/** What is below an element of a set of fields. */
function below(fields: unknown, element: string): Fields | undefined {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, element)) return undefined;
  return (fields as Record<string, Fields>)[element];
}

function ownsReplicas({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return below(below(fieldsV1, 'f:spec'), 'f:replicas') !== undefined;
}

/** The entry without the replicas; undefined where nothing else is left. */
function withoutReplicas(entry: ManagedFieldsEntry): ManagedFieldsEntry | undefined {
  const { 'f:replicas': _taken, ...spec } = below(entry.fieldsV1, 'f:spec') ?? {};
  const { 'f:spec': _spec, ...others } = (entry.fieldsV1 ?? {}) as Fields;
  const fields = Object.keys(spec).length === 0 ? others : { ...(entry.fieldsV1 as Fields), 'f:spec': spec };
  return Object.keys(fields).length === 0 ? undefined : { ...entry, fieldsV1: fields };
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
export function ownersOfScale(workload: KubeObject, group: string): ManagedFieldsEntry[] {
  return distinctEntries(workload)
    .filter((entry) => isOfGroup(entry, group) && ownsReplicas(entry))
    .map((entry) => ({ ...entry, apiVersion: scaleVersion, fieldsV1: replicas }));
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
  { group, apiVersion }: { group: string; apiVersion: string },
): ManagedFieldsEntry[] {
  const owners = new Map(
    (scale.metadata.managedFields ?? [])
      .filter(ownsReplicas)
      .map((entry): [string, ManagedFieldsEntry] => [ownerOf(entry), entry]),
  );
  const entries: ManagedFieldsEntry[] = [];
  for (const entry of distinctEntries(workload)) {
    if (!isOfGroup(entry, group)) continue;
    const keeps = !ownsReplicas(entry) || owners.delete(ownerOf(entry));
    const kept = keeps ? entry : withoutReplicas(entry);
    if (kept !== undefined) entries.push(kept);
  }
  for (const { time: _time, ...entry } of owners.values()) {
    entries.push({ ...entry, apiVersion, fieldsV1: replicas });
  }
  return entries.sort(byPlace);
}

function isOfGroup({ apiVersion = '' }: ManagedFieldsEntry, group: string): boolean {
  return groupVersionOf(apiVersion).group === group;
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
