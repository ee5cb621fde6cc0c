import type { V1IngressLoadBalancerIngress } from '@pg8s/k8s-proto/generated/models';

/** The addresses of a load balancer as `kubectl get` prints them: each once, sorted. */
export function ingressAddresses(
  points: readonly Pick<V1IngressLoadBalancerIngress, 'ip' | 'hostname'>[] = [],
): string {
  const addresses = points.map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(addresses)].sort().join(',');
}
