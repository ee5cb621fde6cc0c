import type { V1beta1PodCertificateRequest } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

export const podCertificateRequestTable = tableOf<V1beta1PodCertificateRequest>([
  nameColumn(),
  column('PodName', ({ spec }) => spec.podName),
  column('ServiceAccountName', ({ spec }) => spec.serviceAccountName),
  column('NodeName', ({ spec }) => spec.nodeName),
  column('SignerName', ({ spec }) => spec.signerName),
  column(
    'State',
    ({ status }) =>
      (status?.conditions ?? [])
        .map(({ type }) => type)
        .findLast((type) => ['Issued', 'Denied', 'Failed'].includes(type)) ?? 'Pending',
  ),
  column(
    'UnverifiedUserAnnotations',
    ({ spec }) => formatLabelSelector(spec.unverifiedUserAnnotations) || none,
  ),
]);
