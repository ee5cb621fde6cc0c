import { type Fields, fill } from '../../fields/fill.ts';

/** Fills the defaults of a StorageClass (Kubernetes: `apis/storage/v1/defaults.go`). */
export function defaultStorageClass(object: Fields): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}
