import type { Pod } from '../../runtime/client/resource.ts';
import {
  type ContainerEnv,
  environmentProblems,
  type Lookup,
  type Reference,
  volumeProblems,
} from './pod-references.ts';

/** What is missing for a Pod. */
export interface PodProblems {
  /** Messages of volumes that cannot be mounted. */
  volumes: readonly string[];
  /** Why a container's environment cannot be made, by its name. */
  environments: ReadonlyMap<string, string>;
}

export const noProblems: PodProblems = { volumes: [], environments: new Map() };

/** What is missing for a Pod, and the objects by whose change it may be there. */
export function problemsIn(pod: Pod, lookup: Lookup): PodProblems & { awaited: Reference[] } {
  const awaited = new Map<string, Reference>();
  let asked: Reference[] = [];
  const noting: Lookup = (reference) => {
    asked.push(reference);
    return lookup(reference);
  };
  const note = (problems: readonly string[]): readonly string[] => {
    if (problems.length > 0) for (const one of asked) awaited.set(`${one.kind}/${one.name}`, one);
    asked = [];
    return problems;
  };
  const volumes = note(volumeProblems(pod, noting));
  const environments = new Map<string, string>();
  for (const group of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const container of pod.spec?.[group] ?? []) {
      const [first] = note(environmentProblems(container as ContainerEnv, noting));
      if (first !== undefined) environments.set(container.name, first);
    }
  }
  return { volumes, environments, awaited: [...awaited.values()] };
}
