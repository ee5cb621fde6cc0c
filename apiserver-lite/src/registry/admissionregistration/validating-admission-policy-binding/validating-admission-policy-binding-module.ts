import { defineKind } from '../../kind-module.ts';
import { authorizeParamRef } from '../param-access.ts';
import { policyBindingTable } from '../policy-binding-table.ts';
import { validateValidatingBinding } from '../policy-binding-validation.ts';
import { defaultAdmissionPolicyBinding } from '../policy-defaults.ts';

/**
 * ValidatingAdmissionPolicyBindings (Kubernetes:
 * `pkg/registry/admissionregistration/validatingadmissionpolicybinding`).
 */
export const validatingAdmissionPolicyBindingModule = defineKind(
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  {
    strategy: (dependencies) => ({
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      async validate(object, request) {
        const findings = validateValidatingBinding(object);
        if (findings.length > 0) return findings;
        const policies = 'validatingadmissionpolicies';
        return authorizeParamRef(dependencies, request, { object, policies });
      },
    }),
    table: policyBindingTable,
    defaults: {
      v1: defaultAdmissionPolicyBinding,
    },
  },
);
