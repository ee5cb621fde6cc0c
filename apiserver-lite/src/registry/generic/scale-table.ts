import type { V1Scale } from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor } from '../rest.ts';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const integer = { type: 'integer' as const };

/** The table of `scale` subresources. */
export const scaleTable: TableConvertor = tableOf<V1Scale>([
  { ...nameColumn<V1Scale>(), format: '' },
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Available', ({ status }) => status?.replicas ?? 0, integer),
  ageColumn(),
]);

/** The same, as definitions have it. */
export const customScaleTable: TableConvertor = tableOf<V1Scale>([
  nameColumn<V1Scale>(),
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Available', ({ status }) => status?.replicas ?? 0, integer),
  { ...ageColumn<V1Scale>(), type: 'date' },
]);
