import type { V1NetworkPolicy, V1NetworkPolicyPort } from '@pg8s/k8s-proto/generated/models';
import { child, fill, items } from '../../fields/fill.ts';

function defaultPeerPorts(rules: readonly { ports?: V1NetworkPolicyPort[] }[]): void {
  for (const rule of rules) for (const port of items(rule, 'ports')) fill(port, { protocol: 'TCP' });
}

/** Kubernetes: `SetDefaults_NetworkPolicy`, `SetDefaults_NetworkPolicyPort`. */
export function defaultNetworkPolicy(object: V1NetworkPolicy): void {
  const spec = child(object, 'spec');
  defaultPeerPorts([...items(spec, 'ingress'), ...items(spec, 'egress')]);
  if ((spec.policyTypes ?? []).length === 0) {
    spec.policyTypes = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}
