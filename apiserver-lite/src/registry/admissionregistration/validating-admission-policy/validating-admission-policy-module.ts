import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultAdmissionPolicy } from '../policy-defaults.ts';
import { validatingAdmissionPolicyTable } from './validating-admission-policy-table.ts';
import {
  validatePolicyStatus,
  validateValidatingPolicy,
  validateValidatingPolicyUpdate,
} from './validating-admission-policy-validation.ts';

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
      keepMetadata: writableMetadata,
      validateUpdate: validatePolicyStatus,
    },
    table: validatingAdmissionPolicyTable,
    defaults: {
      v1: defaultAdmissionPolicy,
    },
    actors: [{ name: 'ValidatingAdmissionPolicy', effect: 'the policy is not evaluated' }],
    gaps: 'kept, not applied; expressions are not compiled; whether one may read the parameters is not checked',
  },
);
