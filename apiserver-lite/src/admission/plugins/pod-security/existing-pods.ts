import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { reasonsText, violations } from './check-table.ts';
import { judged } from './pod-spec-of.ts';
import { type LevelVersion, levelText } from './policy.ts';

/** So many Pods are checked at most, for so long. */
const mostPods = 3000;
const longestMs = 1000;

/** What is to be checked, and until when. */
export interface ExistingPods {
  namespace: string;
  /** All of the namespace. */
  pods: readonly V1Pod[];
  isExempt: (pod: V1Pod) => boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * The warnings about Pods that exist already where a namespace begins to enforce more: which Pods violate
 * it, by what they do. One Pod of each controller is checked before the others of that controller
 * (Kubernetes: `pod-security-admission/admission`).
 */
export function existingPodWarnings(enforce: LevelVersion, existing: ExistingPods): string[] {
  const { namespace, now } = existing;
  const pods = inOrder(existing);
  const deadline = now() + longestMs;
  const found = new Map<string, { first: string; count: number }>();
  let checked = 0;
  for (const pod of pods.slice(0, mostPods)) {
    checked += 1;
    const bad = violations(enforce, judged(pod));
    if (bad.length > 0) {
      const name = pod.metadata?.name ?? '';
      const { first, count } = found.get(reasonsText(bad)) ?? { first: name, count: 0 };
      found.set(reasonsText(bad), {
        first: compareBytes(name, first) < 0 ? name : first,
        count: count + 1,
      });
    }
    if (now() >= deadline) break;
  }
  const warnings: string[] = [];
  if (checked < pods.length) {
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${checked} of ${pods.length} existing pods`,
    );
  }
  if (found.size === 0) return warnings;
  const level = levelText(enforce);
  warnings.push(
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${level}"`,
  );
  const lines = [...found].map(([reasons, { first, count }]) => `${first}${others(count - 1)}: ${reasons}`);
  return [...warnings, ...lines.sort(compareBytes)];
}

function others(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' (and 1 other pod)' : ` (and ${count} other pods)`;
}

function inOrder({ pods, isExempt }: ExistingPods): V1Pod[] {
  const [first, more]: [V1Pod[], V1Pod[]] = [[], []];
  const controllers = new Set<string>();
  for (const pod of pods) {
    if (isExempt(pod)) continue;
    const owner = (pod.metadata?.ownerReferences ?? []).find(({ controller }) => controller === true);
    if (owner !== undefined && controllers.has(owner.uid)) more.push(pod);
    else first.push(pod);
    if (owner !== undefined) controllers.add(owner.uid);
  }
  return [...first, ...more];
}
