import type { V1ResourceQuota } from '@pg8s/k8s-proto/generated/models';
import { type Fields, existing } from '../../fields/fill.ts';
import { roundResourceList, roundResourceLists } from '../../fields/resource-list.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './resource-quota-validation.ts';

/** Fills the defaults of a ResourceQuota (Kubernetes: `apis/core/v1/defaults.go`). */
function defaultResourceQuota(object: Fields): void {
  roundResourceList(existing(existing(object, 'spec'), 'hard'));
  roundResourceLists(existing(object, 'status'), ['hard', 'used']);
}

function quota({ status }: V1ResourceQuota, limits: boolean): string {
  const hard = status?.hard ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ');
}

const resourceQuotaTable = tableOf<V1ResourceQuota>([
  nameColumn(),
  column('Request', (object) => quota(object, false)),
  column('Limit', (object) => quota(object, true)),
  ageColumn(),
]);

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
  actors: [
    { name: 'ResourceQuota', effect: 'the quota is not enforced' },
    { name: 'resourcequota-controller', effect: 'the quota gets no status, and is not enforced' },
  ],
});
