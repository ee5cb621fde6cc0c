import type { V1ConfigMap } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const entries = (map: object | undefined) => Object.keys(map ?? {}).length;

export const configMapTable = tableOf<V1ConfigMap>([
  nameColumn(),
  column('Data', ({ data, binaryData }) => entries(data) + entries(binaryData)),
  ageColumn(),
]);
