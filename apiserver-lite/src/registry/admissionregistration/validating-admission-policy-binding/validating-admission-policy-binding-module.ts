import { defineKind } from '../../kind-module.ts';
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
    strategy: {
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      validate: validateValidatingBinding,
    },
    table: policyBindingTable,
    defaults: {
      v1: defaultAdmissionPolicyBinding,
    },
    gaps: 'kept, not applied; whether one may read the parameters is not checked',
  },
);
