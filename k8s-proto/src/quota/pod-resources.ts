import type { KubeObject } from '../object.ts';
import { addQuantities, isZeroQuantity, type Quantity } from '../quantity.ts';
import { addResourceLists, largestOf, readResourceList, type ResourceList } from './resource-list.ts';

type Texts = Readonly<Record<string, string>>;

interface Requirements {
  requests?: Texts;
  limits?: Texts;
}

/** What is looked at of a container. */
export interface QuotaContainer {
  name?: string;
  restartPolicy?: string;
  resources?: Requirements;
}

interface ContainerStatus {
  name?: string;
  resources?: Requirements;
  allocatedResources?: Texts;
}

/** What is looked at of a Pod. */
export interface QuotaPod {
  spec?: {
    containers?: readonly QuotaContainer[];
    initContainers?: readonly QuotaContainer[];
    resources?: Requirements;
    overhead?: Texts;
    priorityClassName?: string;
    activeDeadlineSeconds?: number;
    affinity?: Record<'podAffinity' | 'podAntiAffinity', AffinityTerms | undefined>;
  };
  status?: {
    phase?: string;
    conditions?: readonly { type?: string; reason?: string }[];
    containerStatuses?: readonly ContainerStatus[];
    initContainerStatuses?: readonly ContainerStatus[];
    resources?: Requirements;
    allocatedResources?: Texts;
  };
}

interface AffinityTerm {
  namespaces?: readonly string[];
  namespaceSelector?: object | null;
}

/** Terms of one kind of affinity between Pods. */
export interface AffinityTerms {
  requiredDuringSchedulingIgnoredDuringExecution?: readonly AffinityTerm[];
  preferredDuringSchedulingIgnoredDuringExecution?: readonly { podAffinityTerm?: AffinityTerm }[];
}

/** The fields that quotas look at. */
export function quotaPod(object: KubeObject): QuotaPod {
  return object as unknown as QuotaPod;
}

/** Whether the name can be asked for by the Pod as a whole. */
export function isForWholePod(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

type Which = 'requests' | 'limits';

/** What the Pod requests of its node, or may use at most (Kubernetes: `component-helpers/resource`). */
export function podResources(object: KubeObject, which: Which): Map<string, Quantity> {
  const pod = quotaPod(object);
  const sum = sumOfContainers(pod, which);
  const { resources, overhead } = pod.spec ?? {};
  for (const [name, amount] of readResourceList(resources?.[which])) {
    if (isForWholePod(name)) sum.set(name, amount);
  }
  if (which === 'requests') return addResourceLists(sum, readResourceList(overhead));
  for (const [name, amount] of readResourceList(overhead)) {
    const limit = sum.get(name);
    if (limit !== undefined && !isZeroQuantity(limit)) sum.set(name, addQuantities(limit, amount));
  }
  return sum;
}

/** Containers and sidecars together, or more while one of the init containers runs. */
function sumOfContainers(pod: QuotaPod, which: Which) {
  const held = heldBy(pod, which);
  let sum = new Map<string, Quantity>();
  for (const container of pod.spec?.containers ?? []) sum = addResourceLists(sum, held(container));
  let sidecars: ResourceList = new Map();
  let peak: ResourceList = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      const own = held(container);
      sum = addResourceLists(sum, own);
      sidecars = addResourceLists(sidecars, own);
      peak = largestOf(peak, sidecars);
    } else {
      const own = readResourceList(container.resources?.[which]);
      peak = largestOf(peak, addResourceLists(own, sidecars));
    }
  }
  return largestOf(sum, peak);
}

/** What a container has been given counts where that is more than it asks for. */
function heldBy({ status }: QuotaPod, which: Which): (container: QuotaContainer) => ResourceList {
  const reported = new Map(
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map((each) => [
      each.name,
      each,
    ]),
  );
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  const isInfeasible = pending?.reason === 'Infeasible';
  return ({ name, resources }) => {
    const asked = readResourceList(resources?.[which]);
    const own = reported.get(name);
    if (own?.resources == null) return asked;
    const actual = readResourceList(own.resources[which]);
    const held = which === 'limits' ? actual : largestOf(actual, readResourceList(own.allocatedResources));
    return isInfeasible ? held : largestOf(asked, held);
  };
}
