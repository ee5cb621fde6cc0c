import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const namespaceTable = tableOf<V1Namespace>([
  nameColumn(),
  column('Status', ({ status }) => status?.phase ?? ''),
  ageColumn(),
]);
