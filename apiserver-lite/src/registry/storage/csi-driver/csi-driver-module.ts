import { isSame } from '../../generic/copy-object.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultCsiDriver } from './csi-driver-defaults.ts';
import { csiDriverTable } from './csi-driver-table.ts';
import { validateCsiDriver, validateCsiDriverUpdate } from './csi-driver-validation.ts';
import { csiDriverWarnings } from './csi-driver-warnings.ts';

/** CSIDrivers (Kubernetes: `pkg/registry/storage/csidriver`). */
export const csiDriverModule = defineKind('storage.k8s.io/CSIDriver', {
  strategy: {
    allowUnconditionalUpdate: false,
    // New ones have no generation; updates count from there.
    prepareForUpdate(object, old) {
      if (isSame(object.spec, old.spec)) return;
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    metadataChecksOnUpdate: ['change'],
    // VolumeLimitScaling
    disabledFields: [['spec.preventPodSchedulingIfMissing']],
    validate: validateCsiDriver,
    validateUpdate: validateCsiDriverUpdate,
    warnings: csiDriverWarnings,
  },
  table: csiDriverTable,
  defaults: { v1: defaultCsiDriver },
  returnsDeletedObject: true,
});
