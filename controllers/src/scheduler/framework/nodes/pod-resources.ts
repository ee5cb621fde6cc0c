import { parseQuantity, quantityMilliValue, quantityValue } from '@pg8s/k8s-proto/quantity';
import type { Pod } from '../../../runtime/client/resource.ts';

/**
 * Amounts by resource name: `cpu` in thousandths of a core, everything else in its own unit (bytes, pieces).
 */
export type Amounts = ReadonlyMap<string, number>;

type ResourceList = Record<string, string>;

interface Container {
  name: string;
  restartPolicy?: string;
  resources?: { requests?: ResourceList };
}

interface ContainerStatus {
  name: string;
  resources?: { requests?: ResourceList };
  allocatedResources?: ResourceList;
}

/**
 * What a container that names no request counts for in comparisons (kube-scheduler: `util/pod_resources.go`).
 */
const countedByDefault: Amounts = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
]);

/** Reads a `ResourceList`. */
export function amountsOf(list: ResourceList | undefined): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    amounts.set(name, Number(name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity)));
  }
  return amounts;
}

/**
 * What a Pod needs of its node (Kubernetes: `component-helpers/resource.PodRequests`): the sum of its
 * containers and sidecars, or more while one of its init containers runs (beside the sidecars started before
 * it), plus overhead. Requests of the Pod as a whole take the place of the sums. While a container is being
 * resized, the larger of what it has and what it requests counts.
 */
export function podRequests(pod: Pod): Map<string, number> {
  return requestsOf(pod, undefined);
}

/** The same for CPU and memory alone, with 0.1 CPU and 200 MiB for each container that requests none. */
export function countedRequests(pod: Pod): Map<string, number> {
  const all = requestsOf(pod, countedByDefault);
  return new Map([...countedByDefault.keys()].map((name) => [name, all.get(name) ?? 0]));
}

function requestsOf(pod: Pod, byDefault: Amounts | undefined): Map<string, number> {
  const held = heldByContainer(pod);
  const amounts = (container: Container): Map<string, number> => {
    const requests = held(container) ?? amountsOf(container.resources?.requests);
    for (const [name, amount] of byDefault ?? []) if (!requests.has(name)) requests.set(name, amount);
    return requests;
  };
  const sum = new Map<string, number>();
  for (const container of (pod.spec?.containers ?? []) as Container[]) add(sum, amounts(container));
  const sidecars = new Map<string, number>();
  const initPeak = new Map<string, number>();
  for (const container of (pod.spec?.initContainers ?? []) as Container[]) {
    const requests = amounts(container);
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
  for (const [name, amount] of amountsOf(whole)) if (isForWholePod(name)) sum.set(name, amount);
  add(sum, amountsOf(pod.spec?.overhead as ResourceList | undefined));
  return sum;
}

/**
 * What containers have by their status, or request where that is more; undefined for those without such a
 * status.
 */
function heldByContainer(pod: Pod): (container: Container) => Map<string, number> | undefined {
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ] as ContainerStatus[];
  const reported = new Map(
    statuses.filter(({ resources }) => resources).map((status) => [status.name, status]),
  );
  if (reported.size === 0) return () => undefined;
  const isInfeasible = (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  return ({ name, resources }) => {
    const status = reported.get(name);
    if (status === undefined) return undefined;
    const held = amountsOf(status.resources?.requests);
    raise(held, amountsOf(status.allocatedResources));
    if (!isInfeasible) raise(held, amountsOf(resources?.requests));
    return held;
  };
}

/** Resources that a Pod can request as a whole. */
function isForWholePod(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** Adds `more` to `amounts`; `factor` -1 takes it away. What comes to nothing is not kept. */
export function add(
  amounts: Map<string, number>,
  more: Iterable<readonly [string, number]>,
  factor = 1,
): void {
  for (const [name, amount] of more) {
    const sum = (amounts.get(name) ?? 0) + factor * amount;
    if (sum === 0) amounts.delete(name);
    else amounts.set(name, sum);
  }
}

function raise(amounts: Map<string, number>, least: Amounts): void {
  for (const [name, amount] of least) amounts.set(name, Math.max(amounts.get(name) ?? 0, amount));
}
