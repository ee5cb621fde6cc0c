import type { V1CSINode } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

export const csiNodeTable = tableOf<V1CSINode>([
  nameColumn(),
  column('Drivers', ({ spec }) => (spec.drivers ?? []).length, integer),
  ageColumn(),
]);
