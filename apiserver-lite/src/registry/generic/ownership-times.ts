import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { isSame } from './copy-object.ts';

/**
 * Takes the times of `managedFields` from the stored object where nothing else changed, so that an update
 * that comes to nothing writes nothing (Kubernetes: `fieldmanager.IgnoreManagedFieldsTimestampsTransformer`).
 */
export function keepOwnershipTimes(object: KubeObject, old: KubeObject): void {
  const [entries, before] = [object.metadata.managedFields ?? [], old.metadata.managedFields ?? []];
  if (entries.length === 0 || entries.length !== before.length) return;
  if (entries.every(({ time }, index) => time === before[index]!.time)) return;
  if (!entries.every((entry, index) => isSame(timeless(entry), timeless(before[index]!)))) return;
  const { managedFields: _next, ...metadata } = object.metadata;
  const { managedFields: _before, ...stored } = old.metadata;
  if (!isSame({ ...object, metadata }, { ...old, metadata: stored })) return;
  object.metadata.managedFields = before.map((entry) => ({ ...entry }));
}

function timeless({ time: _time, ...entry }: ManagedFieldsEntry): object {
  return entry;
}
