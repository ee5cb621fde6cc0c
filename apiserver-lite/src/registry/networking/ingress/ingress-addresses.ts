/** Addresses and host names of load balancers, sorted and without duplicates, as the table shows them. */
export function ingressAddresses(points: { ip?: string; hostname?: string }[] = []): string {
  const addresses = points.map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(addresses)].sort().join(',');
}
