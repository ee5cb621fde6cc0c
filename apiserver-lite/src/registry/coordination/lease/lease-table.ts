import type { V1Lease } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const leaseTable = tableOf<V1Lease>([
  nameColumn(),
  column('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn(),
]);
