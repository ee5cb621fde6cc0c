import type { V1beta1PodCertificateRequest } from '@pg8s/k8s-proto/generated/models';
import { fillSpec } from '../../fields/fill.ts';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { defineKind } from '../../kind-module.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

const podCertificateRequestTable = tableOf<V1beta1PodCertificateRequest>([
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

/** PodCertificateRequests (Kubernetes: `pkg/registry/certificates/podcertificaterequest`). */
export const podCertificateRequestModule = defineKind('certificates.k8s.io/PodCertificateRequest', {
  table: podCertificateRequestTable,
  defaults: { v1beta1: fillSpec({ maxExpirationSeconds: 86400 }) },
});
