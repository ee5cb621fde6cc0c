import { defineKind } from '../../kind-module.ts';
import { defaultNetworkPolicy } from './network-policy-defaults.ts';
import { networkPolicyTable } from './network-policy-table.ts';
import { validateNetworkPolicy } from './network-policy-validation.ts';

/** NetworkPolicies (Kubernetes: `pkg/registry/networking/networkpolicy`). */
export const networkPolicyModule = defineKind('networking.k8s.io/NetworkPolicy', {
  strategy: {
    generation: ['spec'],
    exactGeneration: true,
    metadataChecksOnUpdate: ['change'],
    validate: validateNetworkPolicy,
  },
  table: networkPolicyTable,
  defaults: { v1: defaultNetworkPolicy },
});
