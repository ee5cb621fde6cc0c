import type { V1MutatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { paramKindColumn } from '../param-kind-column.ts';

const integer = { type: 'integer' as const };

export const mutatingAdmissionPolicyTable = tableOf<V1MutatingAdmissionPolicy>([
  nameColumn(),
  column('Mutations', ({ spec }) => (spec?.mutations ?? []).length, integer),
  paramKindColumn,
  ageColumn(),
]);
