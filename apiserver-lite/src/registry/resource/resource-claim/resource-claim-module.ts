import type { ResourceV1ResourceClaim } from '@pg8s/k8s-proto/generated/models';
import { type Fields, existing, items } from '../../fields/fill.ts';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { withAdminAccess } from '../admin-access.ts';
import { defaultClaimSpec, defaultTolerations } from '../devices/claim-spec-defaults.ts';
import { dropReleasedDevices } from './released-devices.ts';
import {
  validateResourceClaim,
  validateResourceClaimStatus,
  validateResourceClaimUpdate,
} from './resource-claim-validation.ts';

/**
 * Fills the defaults of a ResourceClaim of any version, whose models differ (Kubernetes:
 * `apis/resource/v1/defaults.go`).
 */
function defaultResourceClaim(object: Fields): void {
  defaultClaimSpec(existing(object, 'spec'));
  const devices = existing(existing(existing(object, 'status'), 'allocation'), 'devices');
  for (const result of items(devices, 'results')) defaultTolerations(result);
}

const resourceClaimTable = tableOf<ResourceV1ResourceClaim>([
  nameColumn(),
  column('State', ({ status, metadata }) => {
    const deleted = metadata?.deletionTimestamp === undefined ? [] : ['deleted'];
    if (status?.allocation === undefined) return deleted[0] ?? 'pending';
    const reserved = (status.reservedFor ?? []).length > 0 ? ['reserved'] : [];
    return [...deleted, 'allocated', ...reserved].join(',');
  }),
  ageColumn(),
]);

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
      ({ spec }) => spec?.devices?.requests,
    ),
  status: {
    hasNoTable: true,
    keepMetadata: writableMetadata,
    prepareForUpdate: dropReleasedDevices,
    validateUpdate: validateResourceClaimStatus,
  },
  table: resourceClaimTable,
  defaults: { v1: defaultResourceClaim, v1beta2: defaultResourceClaim, v1beta1: defaultResourceClaim },
  returnsDeletedObject: true,
  actors: [{ name: 'resourceclaim-controller', effect: 'no devices are allocated' }],
});
