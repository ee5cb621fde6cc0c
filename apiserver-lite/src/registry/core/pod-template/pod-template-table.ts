import type { V1PodTemplate } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

export const podTemplateTable = tableOf<V1PodTemplate>([
  nameColumn(),
  column('Containers', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ name }) => name).join(','),
  ),
  column('Images', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ image = '' }) => image).join(','),
  ),
  column('Pod Labels', ({ template }) => formatLabelSelector(template?.metadata?.labels) || none),
]);
