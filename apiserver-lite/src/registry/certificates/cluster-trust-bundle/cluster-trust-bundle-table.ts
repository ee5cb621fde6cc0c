import type { V1beta1ClusterTrustBundle } from '@pg8s/k8s-proto/generated/models';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

export const clusterTrustBundleTable = tableOf<V1beta1ClusterTrustBundle>([
  nameColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
]);
