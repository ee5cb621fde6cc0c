import { defineKind } from '../../kind-module.ts';
import { defaultResourceQuota } from './resource-quota-defaults.ts';
import { resourceQuotaTable } from './resource-quota-table.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './resource-quota-validation.ts';

/** ResourceQuotas (Kubernetes: `pkg/registry/core/resourcequota`). */
export const resourceQuotaModule = defineKind('/ResourceQuota', {
  strategy: {
    emptyStatus: {},
    metadataChecksOnUpdate: ['change'],
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
  },
  status: { validateUpdate: validateResourceQuotaStatus },
  table: resourceQuotaTable,
  defaults: { v1: defaultResourceQuota },
  returnsDeletedObject: true,
  actors: [{ name: 'ResourceQuota', effect: 'the quota is not enforced' }],
  gaps: 'not enforced, and use is not counted',
});
