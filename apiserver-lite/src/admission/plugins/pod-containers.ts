import type { V1Container, V1PodSpec } from '@pg8s/k8s-proto/generated/models';

/** The lists of a Pod's containers, in the order in which kube-apiserver visits them. */
const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Every container of a Pod, with its place: `spec.initContainers[0]`. */
export function* containersOf(
  spec: V1PodSpec | undefined,
  of: readonly (typeof lists)[number][] = lists,
): Generator<{ container: V1Container; field: string }> {
  for (const list of of) {
    const containers = (spec?.[list] ?? []) as readonly V1Container[];
    for (const [index, container] of containers.entries())
      yield { container, field: `spec.${list}[${index}]` };
  }
}
