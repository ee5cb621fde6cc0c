import type { V1NetworkPolicy } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

export const networkPolicyTable = tableOf<V1NetworkPolicy>([
  nameColumn(),
  column('Pod-Selector', ({ spec }) => formatLabelSelector(spec?.podSelector) || none),
  ageColumn(),
]);
