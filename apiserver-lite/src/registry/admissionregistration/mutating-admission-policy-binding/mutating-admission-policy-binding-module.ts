import { defineKind } from '../../kind-module.ts';
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
    strategy: {
      allowUnconditionalUpdate: false,
      generation: ['spec'],
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      validate: validateMutatingBinding,
    },
    table: policyBindingTable,
    defaults: {
      v1: defaultAdmissionPolicyBinding,
      v1beta1: defaultAdmissionPolicyBinding,
      v1alpha1: defaultAdmissionPolicyBinding,
    },
    gaps: 'kept, not applied; whether one may read the parameters is not checked',
  },
);
