import { type Fields, child, fill } from '../../fields/fill.ts';

/** Fills the defaults of a CSIDriver (Kubernetes: `apis/storage/v1/defaults.go`). */
export function defaultCsiDriver(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  if (!Array.isArray(spec['volumeLifecycleModes']) || spec['volumeLifecycleModes'].length === 0) {
    spec['volumeLifecycleModes'] = ['Persistent'];
  }
}
