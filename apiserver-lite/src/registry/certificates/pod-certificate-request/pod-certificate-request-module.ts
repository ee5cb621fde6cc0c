import { fillSpec } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { podCertificateRequestTable } from './pod-certificate-request-table.ts';

/** PodCertificateRequests (Kubernetes: `pkg/registry/certificates/podcertificaterequest`). */
export const podCertificateRequestModule = defineKind('certificates.k8s.io/PodCertificateRequest', {
  table: podCertificateRequestTable,
  defaults: { v1beta1: fillSpec({ maxExpirationSeconds: 86400 }) },
});
