import { defineKind } from '../../kind-module.ts';
import { dropForeignSources, mirrorSources } from './claim-sources.ts';
import { validateClaim, validateClaimUpdate } from './claim-validation.ts';
import { defaultClaim } from './persistent-volume-claim-defaults.ts';
import { validateClaimStatus } from './persistent-volume-claim-status.ts';
import { persistentVolumeClaimTable } from './persistent-volume-claim-table.ts';
import { persistentVolumeClaimWarnings } from './persistent-volume-claim-warnings.ts';

/** PersistentVolumeClaims (Kubernetes: `pkg/registry/core/persistentvolumeclaim`). */
export const persistentVolumeClaimModule = defineKind('/PersistentVolumeClaim', {
  strategy: {
    emptyStatus: { phase: 'Pending' },
    prepareForCreate(object) {
      dropForeignSources(object, undefined);
      mirrorSources(object);
    },
    prepareForUpdate(object, old) {
      dropForeignSources(object, old);
      mirrorSources(object);
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
    warnings: persistentVolumeClaimWarnings,
  },
  status: { validateUpdate: validateClaimStatus },
  table: persistentVolumeClaimTable,
  defaults: { v1: defaultClaim },
  returnsDeletedObject: true,
  actors: [{ name: 'persistentvolume-binder-controller', effect: 'the claim stays Pending' }],
  gaps: 'no default class, no protection while in use',
});
