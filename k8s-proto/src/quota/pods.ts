import { compareBytes } from '../byte-order.ts';
import type { KubeObject } from '../object.ts';
import { isZeroQuantity, parseQuantity, type Quantity } from '../quantity.ts';
import { countName, type Evaluator, type ScopeRequirement, selectsValue } from './evaluator.ts';
import { isExtendedResource, isExtendedResourceQuota } from './extended-resources.ts';
import {
  type AffinityTerms,
  isForWholePod,
  podResources,
  type QuotaContainer,
  quotaPod,
} from './pod-resources.ts';
import { addResourceLists, pieces, readResourceList, type ResourceList } from './resource-list.ts';

const count = countName('', 'pods');
/** These count by their own name and as requests; all have limits, too. */
const computed = ['cpu', 'memory', 'ephemeral-storage'];
const names = new Set([
  count,
  'pods',
  ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
/** Where a quota limits one of these, every container has to say how much it wants. */
const demanded = new Set(['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

const isMeasured = (name: string) =>
  names.has(name) ||
  name.startsWith('hugepages-') ||
  name.startsWith('requests.hugepages-') ||
  isExtendedResourceQuota(name);

/** Requests and limits under the names that quotas have for them. */
function named(requests: ResourceList, limits: ResourceList): Map<string, Quantity> {
  const used = new Map<string, Quantity>([['pods', pieces(1)]]);
  for (const name of computed) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) used.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) used.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) used.set(name, request).set(`requests.${name}`, request);
    if (isExtendedResource(name)) used.set(`requests.${name}`, request);
  }
  return used;
}

/** Whether the Pod still counts: it has not ended, and its time to end is not over. */
function isAlive(pod: KubeObject, nowMs: number): boolean {
  const { phase } = quotaPod(pod).status ?? {};
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

/** What a Pod uses at a time. Of one that has ended only that there is an object. */
export function podUsage(pod: KubeObject, nowMs: number): ResourceList {
  const used = new Map<string, Quantity>([[count, pieces(1)]]);
  if (!isAlive(pod, nowMs)) return used;
  return addResourceLists(used, named(podResources(pod, 'requests'), podResources(pod, 'limits')));
}

function isTerminating(pod: KubeObject): boolean {
  const { activeDeadlineSeconds } = quotaPod(pod).spec ?? {};
  return activeDeadlineSeconds != null && activeDeadlineSeconds >= 0;
}

/** Whether it asks for no CPU and no memory at all. */
function isBestEffort(pod: KubeObject): boolean {
  const { containers = [], initContainers = [], resources } = quotaPod(pod).spec ?? {};
  const demands = resources ? [resources] : [...containers, ...initContainers].map((each) => each.resources);
  return !demands.some((demand) =>
    [demand?.requests, demand?.limits].some((list) =>
      ['cpu', 'memory'].some((name) => {
        const text = list?.[name];
        return text !== undefined && !isZeroQuantity(parseQuantity(text));
      }),
    ),
  );
}

function crossesNamespaces(terms: AffinityTerms | undefined): boolean {
  const all = [
    ...(terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ];
  return all.some((term) => (term?.namespaces ?? []).length > 0 || term?.namespaceSelector != null);
}

function isInScope(pod: KubeObject, requirement: ScopeRequirement): boolean {
  const { priorityClassName, affinity } = quotaPod(pod).spec ?? {};
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return selectsValue(requirement, priorityClassName ? [priorityClassName] : []);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(affinity?.podAffinity) || crossesNamespaces(affinity?.podAntiAffinity);
    default:
      return false;
  }
}

function missing(pod: KubeObject, limited: readonly string[]): string | undefined {
  const { containers = [], initContainers = [], resources } = quotaPod(pod).spec ?? {};
  const forAll = { ...resources?.requests, ...resources?.limits };
  if (Object.keys(forAll).some(isForWholePod)) return undefined;
  const wanted = limited.filter((name) => demanded.has(name)).sort(compareBytes);
  const said = (container: QuotaContainer) =>
    named(readResourceList(container.resources?.requests), readResourceList(container.resources?.limits));
  const all = [...containers, ...initContainers].map((container) => ({
    name: container.name ?? '',
    said: said(container),
  }));
  const lines = [...new Set(wanted)].flatMap((name) => {
    const silent = all.filter((each) => !each.said.has(name)).map((each) => each.name);
    return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].sort(compareBytes).join(',')}`];
  });
  return lines.length === 0 ? undefined : `must specify ${lines.join('; ')}`;
}

/** Whether containers have been given something else than before. */
function isResized(before: KubeObject, after: KubeObject): boolean {
  const changed = (which: 'containerStatuses' | 'initContainerStatuses') => {
    const next = quotaPod(after).status?.[which] ?? [];
    return (quotaPod(before).status?.[which] ?? []).some(({ name, resources }) => {
      const found = next.find((each) => each.name === name);
      return found !== undefined && JSON.stringify(resources) !== JSON.stringify(found.resources);
    });
  };
  return changed('containerStatuses') || changed('initContainerStatuses');
}

/** Pods, with what they request and may use; `now` in milliseconds since the epoch. */
export function pods(now: () => number): Evaluator {
  return {
    group: '',
    resource: 'pods',
    handles({ operation, subresource, object, oldObject }) {
      if (subresource === 'resize') return operation === 'UPDATE';
      if (subresource !== '') return false;
      if (operation === 'CREATE') return true;
      return oldObject !== undefined && isTerminating(oldObject) !== isTerminating(object);
    },
    measured: (wanted) => [...new Set(wanted)].filter(isMeasured),
    usage: (pod) => podUsage(pod, now()),
    isInScope,
    missing,
    frees: (before, after) =>
      isResized(before, after) ||
      isTerminating(before) !== isTerminating(after) ||
      (isAlive(before, now()) && !isAlive(after, now())),
  };
}
