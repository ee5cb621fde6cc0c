import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';
import { concerns } from '../attributes.ts';
import { type FollowDependencies, followLater } from '../follow-later.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { claimClass } from './claim-class.ts';
import { defaultsIndex, newestDefault } from './newest-default.ts';

const annotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/**
 * Gives claims that name no class the default one (Kubernetes:
 * `plugin/pkg/admission/storage/storageclass/setdefault`).
 */
export function defaultStorageClass(dependencies: FollowDependencies): AdmissionPlugin {
  const classes = followLater(
    dependencies,
    { group: 'storage.k8s.io', resource: 'storageclasses' },
    defaultsIndex(annotations),
  );
  return {
    operations: ['CREATE'],
    async admit(attributes) {
      if (!concerns(attributes, '', 'persistentvolumeclaims')) return;
      const claim = attributes.object as unknown as V1PersistentVolumeClaim;
      if (claimClass(claim) !== undefined) return;
      const name = newestDefault(await classes(attributes))?.metadata.name;
      if (name !== undefined) claim.spec = { ...claim.spec, storageClassName: name };
    },
  };
}
