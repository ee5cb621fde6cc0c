import type { V1beta1LeaseCandidate } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const leaseCandidateTable = tableOf<V1beta1LeaseCandidate>([
  nameColumn(),
  column('LeaseName', ({ spec }) => spec?.leaseName ?? ''),
  column('BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''),
  column('EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''),
  ageColumn(),
]);

/** LeaseCandidates (Kubernetes: `pkg/registry/coordination/leasecandidate`). */
export const leaseCandidateModule = defineKind('coordination.k8s.io/LeaseCandidate', {
  table: leaseCandidateTable,
});
