import type { V1beta1ClusterTrustBundle } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

const clusterTrustBundleTable = tableOf<V1beta1ClusterTrustBundle>([
  nameColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
]);

/** ClusterTrustBundles (Kubernetes: `pkg/registry/certificates/clustertrustbundle`). */
export const clusterTrustBundleModule = defineKind('certificates.k8s.io/ClusterTrustBundle', {
  table: clusterTrustBundleTable,
});
