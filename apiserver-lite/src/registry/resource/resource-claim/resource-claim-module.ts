import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { withAdminAccess } from '../admin-access.ts';
import { dropReleasedDevices } from './released-devices.ts';
import { defaultResourceClaim } from './resource-claim-defaults.ts';
import { resourceClaimTable } from './resource-claim-table.ts';
import {
  validateResourceClaim,
  validateResourceClaimStatus,
  validateResourceClaimUpdate,
} from './resource-claim-validation.ts';

/** ResourceClaims (Kubernetes: `pkg/registry/resource/resourceclaim`). */
export const resourceClaimModule = defineKind('resource.k8s.io/ResourceClaim', {
  strategy: (dependencies) =>
    withAdminAccess(
      {
        emptyStatus: {},
        validate: validateResourceClaim,
        validatedOnce: true,
        validateUpdate: validateResourceClaimUpdate,
      },
      dependencies,
      'spec.devices.requests',
    ),
  status: {
    keepMetadata: writableMetadata,
    prepareForUpdate: dropReleasedDevices,
    validateUpdate: validateResourceClaimStatus,
  },
  table: resourceClaimTable,
  defaults: { v1: defaultResourceClaim, v1beta2: defaultResourceClaim, v1beta1: defaultResourceClaim },
  returnsDeletedObject: true,
  actors: [{ name: 'resourceclaim-controller', effect: 'no devices are allocated' }],
  gaps: 'selector expressions are not compiled',
});
