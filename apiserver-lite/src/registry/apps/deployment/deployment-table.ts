import type { V1Deployment } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { type Column, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const wide = { priority: 1 };

/** Deployments leave an empty selector empty. */
const deploymentSelector: Column<V1Deployment> = column(
  'Selector',
  ({ spec }) => formatLabelSelector(spec?.selector),
  wide,
);

export const deploymentTable = tableOf<V1Deployment>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, {
    description: 'Ready pods, of all that are wanted.',
  }),
  column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn(),
  ...templateColumns<V1Deployment>(false),
  deploymentSelector,
]);
