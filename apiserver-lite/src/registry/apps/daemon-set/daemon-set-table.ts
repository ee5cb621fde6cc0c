import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import { selector, templateColumns } from '../../pod-template/template-columns.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

export const daemonSetTable = tableOf<V1DaemonSet>([
  nameColumn(),
  column('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, integer),
  column('Current', ({ status }) => status?.currentNumberScheduled ?? 0, integer),
  column('Ready', ({ status }) => status?.numberReady ?? 0, integer),
  column('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, integer),
  column('Available', ({ status }) => status?.numberAvailable ?? 0, integer),
  column('Node Selector', ({ spec }) => selector(spec?.template.spec?.nodeSelector)),
  ageColumn(),
  ...templateColumns<V1DaemonSet>(),
]);
