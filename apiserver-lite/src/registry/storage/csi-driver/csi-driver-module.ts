import type { V1CSIDriver } from '@pg8s/k8s-proto/generated/models';
import { child, fill } from '../../fields/fill.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateCsiDriver, validateCsiDriverUpdate } from './csi-driver-validation.ts';

/** Fills the defaults of a CSIDriver (Kubernetes: `apis/storage/v1/defaults.go`). */
function defaultCsiDriver(object: V1CSIDriver): void {
  const spec = child(object, 'spec');
  fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
}

const boolean = { type: 'boolean' as const };

const unset = '<unset>';

const none = '<none>';

const csiDriverTable = tableOf<V1CSIDriver>([
  nameColumn(),
  column('AttachRequired', ({ spec }) => spec.attachRequired ?? true, boolean),
  column('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false, boolean),
  column('StorageCapacity', ({ spec }) => spec.storageCapacity ?? false, boolean),
  column(
    'TokenRequests',
    ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || unset,
  ),
  column('RequiresRepublish', ({ spec }) => spec.requiresRepublish ?? false, boolean),
  column('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || none),
  ageColumn(),
]);

/** Warns of token requests without a decision on Secrets. */
const csiDriverWarnings: KindWarnings<V1CSIDriver> = (object, old) => {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = specOf(object);
  const isKnown = old !== undefined && isSame(tokenRequests, specOf(old).tokenRequests ?? []);
  if (tokenRequests.length === 0 || isKnown || typeof serviceAccountTokenInSecrets === 'boolean') return [];
  const advice =
    'if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  return [`spec.serviceAccountTokenInSecrets is unset; ${advice}`];
};

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
