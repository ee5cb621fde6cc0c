import { parseQuantity, quantityMilliValue, quantityValue } from '@pg8s/k8s-proto/quantity';
import type { Pod } from '../runtime/resource.ts';

/** Amounts by resource name: `cpu` in thousandths of a core, everything else in its own unit (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>;

interface Container {
  restartPolicy?: string;
  resources?: { requests?: Record<string, string> };
}

/** Reads a `ResourceList`. */
export function amountsOf(list: Record<string, string> | undefined): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    amounts.set(name, Number(name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity)));
  }
  return amounts;
}

/**
 * What a Pod needs of its node (Kubernetes: `component-helpers/resource.PodRequests`): the sum of its containers and
 * sidecars, or more while one of its init containers runs (beside the sidecars started before it), plus overhead.
 * Requests of the Pod as a whole take the place of the sums.
 */
export function podRequests(pod: Pod): Map<string, number> {
  const sum = new Map<string, number>();
  for (const container of (pod.spec?.containers ?? []) as Container[]) {
    add(sum, amountsOf(container.resources?.requests));
  }
  const sidecars = new Map<string, number>();
  const initPeak = new Map<string, number>();
  for (const container of (pod.spec?.initContainers ?? []) as Container[]) {
    const requests = amountsOf(container.resources?.requests);
    if (container.restartPolicy === 'Always') {
      add(sidecars, requests);
      raise(initPeak, sidecars);
    } else {
      add(requests, sidecars);
      raise(initPeak, requests);
    }
  }
  add(sum, sidecars);
  raise(sum, initPeak);
  const whole = (pod.spec as { resources?: Container['resources'] } | undefined)?.resources?.requests;
  for (const [name, amount] of amountsOf(whole)) sum.set(name, amount);
  add(sum, amountsOf(pod.spec?.overhead as Record<string, string> | undefined));
  return sum;
}

/** Adds `more` to `amounts`; `factor` -1 takes it away. */
export function add(amounts: Map<string, number>, more: Amounts, factor = 1): void {
  for (const [name, amount] of more) amounts.set(name, (amounts.get(name) ?? 0) + factor * amount);
}

function raise(amounts: Map<string, number>, least: Amounts): void {
  for (const [name, amount] of least) amounts.set(name, Math.max(amounts.get(name) ?? 0, amount));
}
