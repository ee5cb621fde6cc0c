import { type Fields, child, fill } from '../../fields/fill.ts';

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
