import type { V1APIService } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const apiServiceTable = tableOf<V1APIService>([
  nameColumn(),
  column('Service', ({ spec }) =>
    spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  column('Available', ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Available');
    if (condition === undefined) return 'Unknown';
    return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
  }),
  ageColumn(),
]);
