import type { V1ResourceSlice } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const resourceSliceTable = tableOf<V1ResourceSlice>([
  nameColumn(),
  column('Node', ({ spec }) => spec.nodeName ?? ''),
  column('Driver', ({ spec }) => spec.driver),
  column('Pool', ({ spec }) => spec.pool.name),
  ageColumn(),
]);
