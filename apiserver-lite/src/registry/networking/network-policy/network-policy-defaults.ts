import { type Fields, child, fill, items } from '../../fields/fill.ts';

function defaultPeerPorts(rules: readonly Fields[]): void {
  for (const rule of rules) for (const port of items(rule, 'ports')) fill(port, { protocol: 'TCP' });
}

/** Fills the defaults of a NetworkPolicy (Kubernetes: `apis/networking/v1/defaults.go`). */
export function defaultNetworkPolicy(object: Fields): void {
  const spec = child(object, 'spec');
  defaultPeerPorts([...items(spec, 'ingress'), ...items(spec, 'egress')]);
  if (!Array.isArray(spec['policyTypes']) || spec['policyTypes'].length === 0) {
    spec['policyTypes'] = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}
