import { takeUnprinted, wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import type { V1NetworkPolicy, V1NetworkPolicyPort } from '@pg8s/k8s-proto/generated/models';
import { child, fill, items } from '../../fields/fill.ts';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateNetworkPolicy } from './network-policy-validation.ts';

function defaultPeerPorts(rules: readonly { ports?: V1NetworkPolicyPort[] }[]): void {
  for (const rule of rules) for (const port of items(rule, 'ports')) fill(port, { protocol: 'TCP' });
}

/** Kubernetes: `SetDefaults_NetworkPolicy`, `SetDefaults_NetworkPolicyPort`. */
function defaultNetworkPolicy(object: V1NetworkPolicy): void {
  const spec = child(object, 'spec');
  defaultPeerPorts([...items(spec, 'ingress'), ...items(spec, 'egress')]);
  if ((spec.policyTypes ?? []).length === 0) {
    if (wasGivenEmpty(spec, 'policyTypes')) takeUnprinted(spec);
    spec.policyTypes = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}

const none = '<none>';

const networkPolicyTable = tableOf<V1NetworkPolicy>([
  nameColumn(),
  column('Pod-Selector', ({ spec }) => formatLabelSelector(spec?.podSelector) || none),
  ageColumn(),
]);

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
