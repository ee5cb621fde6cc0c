import type { V1ValidatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { paramKindColumn } from '../param-kind-column.ts';

const integer = { type: 'integer' as const };

export const validatingAdmissionPolicyTable = tableOf<V1ValidatingAdmissionPolicy>([
  nameColumn(),
  column('Validations', ({ spec }) => (spec?.validations ?? []).length, integer),
  paramKindColumn,
  ageColumn(),
]);
