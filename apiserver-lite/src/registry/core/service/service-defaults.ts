import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';

const dayAffinitySeconds = 10800;

/** Fills the defaults of a Service (Kubernetes: `apis/core/v1/defaults.go`). */
export function defaultService(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP') {
    fill(child(child(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: dayAffinitySeconds });
  }
  for (const port of items(spec, 'ports')) {
    fillText(port, { protocol: 'TCP' });
    const target = port['targetPort'];
    if (target === undefined || target === 0 || target === '') port['targetPort'] = port['port'];
  }
  const { type } = spec;
  const external = type === 'NodePort' || type === 'LoadBalancer';
  const hasExternalIps =
    type === 'ClusterIP' && Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0;
  if (external || hasExternalIps) fillText(spec, { externalTrafficPolicy: 'Cluster' });
  if (external || type === 'ClusterIP') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type !== 'LoadBalancer') return;
  fill(spec, { allocateLoadBalancerNodePorts: true });
  for (const ingress of items(existing(existing(object, 'status'), 'loadBalancer'), 'ingress')) {
    if (ingress['ip']) fill(ingress, { ipMode: 'VIP' });
  }
}
