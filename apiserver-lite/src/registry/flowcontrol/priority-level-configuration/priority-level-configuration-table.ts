import type { V1PriorityLevelConfiguration } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

export const priorityLevelConfigurationTable = tableOf<V1PriorityLevelConfiguration>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? none),
  column('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? none),
  column('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? none),
  column('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? none),
  ageColumn(),
]);
