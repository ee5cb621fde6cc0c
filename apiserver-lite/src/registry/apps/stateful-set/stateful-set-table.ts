import type { V1StatefulSet } from '@pg8s/k8s-proto/generated/models';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const statefulSetTable = tableOf<V1StatefulSet>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn(),
  ...templateColumns<V1StatefulSet>(false),
]);
