import type { V1ReplicaSet, V1ReplicationController } from '@pg8s/k8s-proto/generated/models';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

export const replicaSetTable = tableOf<V1ReplicaSet | V1ReplicationController>([
  nameColumn(),
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Current', ({ status }) => status?.replicas ?? 0, integer),
  column('Ready', ({ status }) => status?.readyReplicas ?? 0, integer),
  ageColumn(),
  ...templateColumns<V1ReplicaSet | V1ReplicationController>(),
]);
