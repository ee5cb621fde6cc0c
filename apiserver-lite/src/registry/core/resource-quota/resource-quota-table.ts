import type { V1ResourceQuota } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

function quota({ status }: V1ResourceQuota, limits: boolean): string {
  const hard = status?.hard ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ');
}

export const resourceQuotaTable = tableOf<V1ResourceQuota>([
  nameColumn(),
  column('Request', (object) => quota(object, false)),
  column('Limit', (object) => quota(object, true)),
  ageColumn(),
]);
