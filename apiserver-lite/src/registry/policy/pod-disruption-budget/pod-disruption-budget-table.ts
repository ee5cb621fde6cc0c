import type { V1PodDisruptionBudget } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

export const podDisruptionBudgetTable = tableOf<V1PodDisruptionBudget>([
  nameColumn(),
  column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  column('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  column('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, integer),
  ageColumn(),
]);
