import type { V1ValidatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { paramKindColumn } from '../param-kind-column.ts';
import { defaultAdmissionPolicy } from '../policy-defaults.ts';
import {
  validatePolicyStatus,
  validateValidatingPolicy,
  validateValidatingPolicyUpdate,
} from './validating-admission-policy-validation.ts';

const integer = { type: 'integer' as const };

const validatingAdmissionPolicyTable = tableOf<V1ValidatingAdmissionPolicy>([
  nameColumn(),
  column('Validations', ({ spec }) => (spec?.validations ?? []).length, integer),
  paramKindColumn,
  ageColumn(),
]);

/**
 * ValidatingAdmissionPolicies (Kubernetes: `pkg/registry/admissionregistration/validatingadmissionpolicy`).
 */
export const validatingAdmissionPolicyModule = defineKind(
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  {
    strategy: {
      allowUnconditionalUpdate: false,
      emptyStatus: {},
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      validate: validateValidatingPolicy,
      validatedOnce: true,
      validateUpdate: validateValidatingPolicyUpdate,
    },
    status: {
      metadataChecksOnUpdate: [],
      keepMetadata: writableMetadata,
      validateUpdate: validatePolicyStatus,
    },
    table: validatingAdmissionPolicyTable,
    defaults: {
      v1: defaultAdmissionPolicy,
    },
    actors: [{ name: 'ValidatingAdmissionPolicy', effect: 'the policy is not evaluated' }],
    gaps: 'kept, not applied; whether one may read the parameters is not checked',
  },
);
