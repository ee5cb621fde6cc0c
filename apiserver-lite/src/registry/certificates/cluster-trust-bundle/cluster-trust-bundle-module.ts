import { defineKind } from '../../kind-module.ts';
import { clusterTrustBundleTable } from './cluster-trust-bundle-table.ts';

/** ClusterTrustBundles (Kubernetes: `pkg/registry/certificates/clustertrustbundle`). */
export const clusterTrustBundleModule = defineKind('certificates.k8s.io/ClusterTrustBundle', {
  table: clusterTrustBundleTable,
});
