import type { ResourceV1ResourceClaim } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const resourceClaimTable = tableOf<ResourceV1ResourceClaim>([
  nameColumn(),
  column('State', ({ status, metadata }) => {
    const deleted = metadata?.deletionTimestamp === undefined ? [] : ['deleted'];
    if (status?.allocation === undefined) return deleted[0] ?? 'pending';
    const reserved = (status.reservedFor ?? []).length > 0 ? ['reserved'] : [];
    return [...deleted, 'allocated', ...reserved].join(',');
  }),
  ageColumn(),
]);
