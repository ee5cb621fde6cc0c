import type { V1ServiceCIDR } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const serviceCidrTable = tableOf<V1ServiceCIDR>([
  nameColumn(),
  column('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn(),
]);
