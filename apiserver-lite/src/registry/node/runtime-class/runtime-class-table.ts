import type { V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const runtimeClassTable = tableOf<V1RuntimeClass>([
  nameColumn(),
  column('Handler', ({ handler }) => handler),
  ageColumn(),
]);
