import { defineKind } from '../../kind-module.ts';
import { authorizeParamRef } from '../param-access.ts';
import { policyBindingTable } from '../policy-binding-table.ts';
import { validateMutatingBinding } from '../policy-binding-validation.ts';
import { defaultAdmissionPolicyBinding } from '../policy-defaults.ts';

/**
 * MutatingAdmissionPolicyBindings (Kubernetes:
 * `pkg/registry/admissionregistration/mutatingadmissionpolicybinding`).
 */
export const mutatingAdmissionPolicyBindingModule = defineKind(
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  {
    strategy: (dependencies) => ({
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      async validate(object, request) {
        const findings = validateMutatingBinding(object);
        if (findings.length > 0) return findings;
        const policies = 'mutatingadmissionpolicies';
        return authorizeParamRef(dependencies, request, { object, policies });
      },
    }),
    table: policyBindingTable,
    defaults: {
      v1: defaultAdmissionPolicyBinding,
      v1beta1: defaultAdmissionPolicyBinding,
      v1alpha1: defaultAdmissionPolicyBinding,
    },
  },
);
