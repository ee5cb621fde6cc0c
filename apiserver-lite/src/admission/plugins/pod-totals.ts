import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { addQuantities, parseQuantity, type Quantity } from '@pg8s/k8s-proto/quantity';
import { containerTotals } from '../../registry/pod-template/resources/pod-resource-defaults.ts';

/** What counts besides the containers. */
interface CountedParts {
  /** Whether the Pod itself may say how much it wants of huge pages. */
  hugePagesOfPod: boolean;
  /** Whether the overhead of its runtime is added. */
  overhead: boolean;
}

/**
 * What a Pod as a whole requests, or is limited to, by the names of the resources: what it says itself of cpu
 * and memory, else what its containers need at most at one time.
 */
export function podTotals(
  spec: V1PodSpec,
  list: 'requests' | 'limits',
  { hugePagesOfPod, overhead }: CountedParts,
): Map<string, Quantity> {
  const totals = new Map(containerTotals(spec, list));
  for (const [name, amount] of Object.entries(spec.resources?.[list] ?? {})) {
    const counts = name === 'cpu' || name === 'memory' || (hugePagesOfPod && name.startsWith('hugepages-'));
    if (counts) totals.set(name, parseQuantity(amount));
  }
  for (const [name, amount] of overhead ? Object.entries(spec.overhead ?? {}) : []) {
    const before = totals.get(name);
    const more = parseQuantity(amount);
    totals.set(name, before === undefined ? more : addQuantities(before, more));
  }
  return totals;
}
