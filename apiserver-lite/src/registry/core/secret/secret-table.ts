import type { V1Secret } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const entries = (map: object | undefined) => Object.keys(map ?? {}).length;

export const secretTable = tableOf<V1Secret>([
  nameColumn(),
  column('Type', ({ type }) => type ?? ''),
  column('Data', ({ data }) => entries(data)),
  ageColumn(),
]);
