import type { V1ValidatingAdmissionPolicy } from '@pg8s/k8s-proto/generated/models';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { authorizeParamKind } from '../param-access.ts';
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
    strategy: (dependencies) => ({
      allowUnconditionalUpdate: false,
      emptyStatus: {},
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      async validate(object, request) {
        const findings = validateValidatingPolicy(object);
        if (findings.length > 0) return findings;
        return authorizeParamKind(dependencies, request, { object, old: undefined });
      },
      validatedOnce: true,
      async validateUpdate(object, old, request) {
        const findings = validateValidatingPolicyUpdate(object, old);
        return findings.length > 0 ? findings : authorizeParamKind(dependencies, request, { object, old });
      },
    }),
    status: {
      metadataChecksOnUpdate: [],
      keepMetadata: writableMetadata,
      validateUpdate: validatePolicyStatus,
    },
    table: validatingAdmissionPolicyTable,
    defaults: {
      v1: defaultAdmissionPolicy,
    },
    gaps: 'nothing checks the types of expressions: there is no `status.typeChecking`',
    actors: [{ name: 'ValidatingAdmissionPolicy', effect: 'the policy is not evaluated' }],
  },
);
