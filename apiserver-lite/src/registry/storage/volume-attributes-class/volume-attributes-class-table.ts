import type { V1VolumeAttributesClass } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const volumeAttributesClassTable = tableOf<V1VolumeAttributesClass>([
  nameColumn(),
  column('DriverName', ({ driverName }) => driverName),
  ageColumn(),
]);
