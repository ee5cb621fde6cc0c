import { defineKind } from '../../kind-module.ts';
import { leaseCandidateTable } from './lease-candidate-table.ts';

/** LeaseCandidates (Kubernetes: `pkg/registry/coordination/leasecandidate`). */
export const leaseCandidateModule = defineKind('coordination.k8s.io/LeaseCandidate', {
  table: leaseCandidateTable,
});
