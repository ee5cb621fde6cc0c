import { scaledValue } from '../../runtime/workload/int-or-percent.ts';
import { controllerOf } from '../../runtime/workload/controller-ref.ts';
import type { DisruptionBudget, Pod } from '../../runtime/client/resource.ts';
import type { FindScale } from './workload-scale.ts';

/** The numbers that a budget is about. */
export interface Expectation {
  expectedPods: number;
  desiredHealthy: number;
  /** Names of Pods that no controller replaces, where they make the count uncertain. */
  unmanaged: string[];
}

/** How many Pods the controllers of these Pods want, together. */
async function expectedScale(
  pods: readonly Pod[],
  namespace: string,
  findScale: FindScale,
): Promise<{ expectedPods: number; unmanaged: string[] }> {
  const scales = new Map<string, number>();
  const looked = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (!reference) {
      unmanaged.push(pod.metadata.name ?? '');
      continue;
    }
    if (looked.has(reference.uid)) continue;
    const scale = await findScale(reference, namespace);
    if (!scale) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    looked.add(reference.uid);
    scales.set(scale.uid, scale.replicas);
  }
  return { expectedPods: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/**
 * How many Pods there should be, and how many of them must be healthy. Rejects where that cannot be known.
 */
export async function expectation(
  budget: DisruptionBudget,
  pods: readonly Pod[],
  findScale: FindScale,
): Promise<Expectation> {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  const namespace = budget.metadata.namespace ?? '';
  if (maxUnavailable !== undefined) {
    const { expectedPods, unmanaged } = await expectedScale(pods, namespace, findScale);
    const unavailable = scaledValue(maxUnavailable as number | string, expectedPods, true);
    return { expectedPods, desiredHealthy: Math.max(expectedPods - unavailable, 0), unmanaged };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] };
  if (typeof minAvailable === 'number') {
    return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] };
  }
  const { expectedPods, unmanaged } = await expectedScale(pods, namespace, findScale);
  return { expectedPods, desiredHealthy: scaledValue(minAvailable as string, expectedPods, true), unmanaged };
}
