import { type Fields, fill } from '../../fields/fill.ts';

export function defaultStorageClass(object: Fields): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}
