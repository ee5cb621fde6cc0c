import type { V1MutatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { paramKindColumn } from '../param-kind-column.ts';
import { defaultAdmissionPolicy } from '../policy-defaults.ts';
import {
  validateMutatingPolicy,
  validateMutatingPolicyUpdate,
} from './mutating-admission-policy-validation.ts';

const integer = { type: 'integer' as const };

const mutatingAdmissionPolicyTable = tableOf<V1MutatingAdmissionPolicy>([
  nameColumn(),
  column('Mutations', ({ spec }) => (spec?.mutations ?? []).length, integer),
  paramKindColumn,
  ageColumn(),
]);

/** MutatingAdmissionPolicies (Kubernetes: `pkg/registry/admissionregistration/mutatingadmissionpolicy`). */
export const mutatingAdmissionPolicyModule = defineKind(
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  {
    strategy: {
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      validate: validateMutatingPolicy,
      validatedOnce: true,
      validateUpdate: validateMutatingPolicyUpdate,
    },
    table: mutatingAdmissionPolicyTable,
    defaults: {
      v1: defaultAdmissionPolicy,
      v1beta1: defaultAdmissionPolicy,
      v1alpha1: defaultAdmissionPolicy,
    },
    actors: [{ name: 'MutatingAdmissionPolicy', effect: 'the policy is not evaluated' }],
    gaps: 'kept, not applied; whether one may read the parameters is not checked',
  },
);
