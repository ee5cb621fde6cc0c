import type { V1Container, V1LimitRange, V1Pod } from '@pg8s/k8s-proto/generated/models';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import { containersOf } from '../pod-containers.ts';

const annotation = 'kubernetes.io/limit-ranger';

type Given = ReadonlyMap<string, string>;

/** What containers get that say nothing; of several rules of a LimitRange the last one counts. */
function defaultsOf({ spec }: DeepReadonly<V1LimitRange>): { requests: Given; limits: Given } {
  const [requests, limits] = [new Map<string, string>(), new Map<string, string>()];
  for (const { type, defaultRequest, default: defaultLimit } of spec?.limits ?? []) {
    if (type !== 'Container') continue;
    for (const [name, amount] of Object.entries(defaultRequest ?? {})) requests.set(name, amount);
    for (const [name, amount] of Object.entries(defaultLimit ?? {})) limits.set(name, amount);
  }
  return { requests, limits };
}

/** Adds what is missing; the result are the names of it, in order. */
function complete(container: V1Container, list: 'requests' | 'limits', given: Given): string[] {
  const own = container.resources?.[list] ?? {};
  const missing = [...given].filter(([name]) => !Object.hasOwn(own, name));
  if (missing.length === 0) return [];
  container.resources = {
    ...container.resources,
    [list]: { ...own, ...Object.fromEntries(missing) },
  };
  return missing.map(([name]) => name).sort();
}

/** Gives containers the default requests and limits of a LimitRange, and notes it in an annotation. */
export function applyLimitDefaults(pod: V1Pod, range: DeepReadonly<V1LimitRange>): void {
  const { requests, limits } = defaultsOf(range);
  if (requests.size === 0 && limits.size === 0) return;
  const notes: string[] = [];
  for (const [list, sort] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const { container } of containersOf(pod.spec, [list])) {
      // What is printed follows the requests.
      const setLimits = complete(container, 'limits', limits);
      const setRequests = complete(container, 'requests', requests);
      if (setRequests.length > 0)
        notes.push(`${setRequests.join(', ')} request for ${sort} ${container.name}`);
      if (setLimits.length > 0) notes.push(`${setLimits.join(', ')} limit for ${sort} ${container.name}`);
    }
  }
  if (notes.length === 0) return;
  pod.metadata = {
    ...pod.metadata,
    annotations: {
      ...pod.metadata?.annotations,
      [annotation]: `LimitRanger plugin set: ${notes.join('; ')}`,
    },
  };
}
