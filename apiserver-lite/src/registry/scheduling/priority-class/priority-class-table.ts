import type { V1PriorityClass } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

export const priorityClassTable = tableOf<V1PriorityClass>([
  nameColumn(),
  column('Value', ({ value }) => value, integer),
  column('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
  ageColumn(),
  column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
]);
