import type { V1Lease, V1LeaseSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, notSupported } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const leaseTable = tableOf<V1Lease>([
  nameColumn(),
  column('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn(),
]);

const strategies = ['OldestEmulationVersion'];

/** Kubernetes: `coordination/validation.ValidateLeaseSpec`. */
function validateLease(object: V1Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = (object.spec ??
    {}) as V1LeaseSpec;
  const findings: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    findings.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  findings.push(...atLeastZero('spec.leaseTransitions', leaseTransitions));
  const field = 'spec.strategy.strategy';
  if (strategy !== undefined && strategy.includes('/')) {
    findings.push(...invalidEach(field, strategy, qualifiedName(strategy)));
  } else if (strategy !== undefined && !strategies.includes(strategy)) {
    findings.push(notSupported(field, strategy, strategies));
  }
  if (preferredHolder && !strategy) {
    findings.push(forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return findings;
}

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
