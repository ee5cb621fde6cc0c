import { specOf } from '../../fields/spec-and-status.ts';
import type { V1PersistentVolumeClaim, V1PersistentVolumeClaimSpec } from '@pg8s/k8s-proto/generated/models';

type Spec = Partial<V1PersistentVolumeClaimSpec>;

/** Claims and snapshots: what the older of the two fields was for. */
function isClassic({ dataSource }: Spec): boolean {
  const { apiGroup, kind } = dataSource ?? {};
  return kind === 'PersistentVolumeClaim'
    ? !apiGroup
    : kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io';
}

/**
 * Sources that a stock server ignores go: those of other namespaces, and strange ones in the older field
 * (KEP-1495, KEP-3294).
 */
export function dropForeignSources(
  object: V1PersistentVolumeClaim,
  old: V1PersistentVolumeClaim | undefined,
): void {
  const [spec, before] = [specOf(object), specOf(old)];
  if (spec.dataSourceRef?.namespace && !before.dataSourceRef) delete spec.dataSourceRef;
  if (before.dataSource || before.dataSourceRef || spec.dataSourceRef) return;
  if (spec.dataSource && !isClassic(spec)) delete spec.dataSource;
}

/** A claim has its source in both fields, whichever of them it came in. */
export function mirrorSources(object: V1PersistentVolumeClaim): void {
  const spec = specOf(object);
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  if (dataSource || !dataSourceRef || dataSourceRef.namespace) return;
  const { namespace: _namespace, ...source } = dataSourceRef;
  spec.dataSource = source;
}
