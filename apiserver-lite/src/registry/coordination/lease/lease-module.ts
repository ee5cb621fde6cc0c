import { defineKind } from '../../kind-module.ts';
import { leaseTable } from './lease-table.ts';
import { validateLease } from './lease-validation.ts';

/** Leases (Kubernetes: `pkg/registry/coordination/lease`). */
export const leaseModule = defineKind('coordination.k8s.io/Lease', {
  strategy: {
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    standardFinalizers: false,
    metadataChecksOnUpdate: ['change'],
    // CoordinatedLeaderElection
    disabledFields: [['spec.strategy', 'spec.preferredHolder']],
    validate: validateLease,
  },
  table: leaseTable,
});
