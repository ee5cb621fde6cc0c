import type { V1MutatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { authorizeParamKind } from '../param-access.ts';
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
    strategy: (dependencies) => ({
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      async validate(object, request) {
        const findings = validateMutatingPolicy(object);
        if (findings.length > 0) return findings;
        return authorizeParamKind(dependencies, request, { object, old: undefined });
      },
      validatedOnce: true,
      async validateUpdate(object, old, request) {
        const findings = validateMutatingPolicyUpdate(object, old);
        return findings.length > 0 ? findings : authorizeParamKind(dependencies, request, { object, old });
      },
    }),
    table: mutatingAdmissionPolicyTable,
    defaults: {
      v1: defaultAdmissionPolicy,
      v1beta1: defaultAdmissionPolicy,
      v1alpha1: defaultAdmissionPolicy,
    },
    actors: [{ name: 'MutatingAdmissionPolicy', effect: 'the policy is not evaluated' }],
  },
);
