import type { Pod } from '../../../runtime/client/resource.ts';
import type { Filter, NodeCheck, Refusal } from '../filter.ts';
import type { NodeInfo } from '../nodes/node-info.ts';
import type { Score } from '../score.ts';

/** What may make a Pod schedulable that was not: of nodes, of Pods on nodes, of claims, volumes and their classes. */
export type Change = 'node' | 'pod placed' | 'pod gone' | 'storage';

/** The rules of a scheduler, in the order in which they are asked. */
export interface Profile {
  filters: readonly { filter: Filter; helpedBy: readonly Change[] }[];
  scores: readonly { score: Score; weight: number }[];
}

/** Where a Pod goes, or why nowhere, in kube-scheduler's words, and what may change that. */
export type Decision =
  | { nodeName: string }
  | { nodeName?: undefined; message: string; helpedBy: ReadonlySet<Change> };

/**
 * Chooses a node: all filters must pass, then the weighted marks decide, and chance between equals. Pure but for
 * `random` (0 ≤ x < 1).
 */
export function decide(
  pod: Pod,
  nodes: readonly NodeInfo[],
  profile: Profile,
  random: () => number,
): Decision {
  if (nodes.length === 0)
    return { message: 'no nodes available to schedule pods', helpedBy: new Set(['node']) };
  const checks: { check: NodeCheck; helpedBy: readonly Change[] }[] = [];
  for (const { filter, helpedBy } of profile.filters) {
    const check = filter(pod, nodes);
    if (typeof check === 'function') checks.push({ check, helpedBy });
    else if (check !== undefined) {
      // kube-scheduler's PostFilter plugins then miss what a later PreFilter plugin would have left them.
      const message = `0/${nodes.length} nodes are available: ${check.message}. not found`;
      return { message, helpedBy: new Set(helpedBy) };
    }
  }
  const refusals: Refusal[] = [];
  const helpful = new Set<Change>();
  const feasible = nodes.filter((node) => {
    for (const { check, helpedBy } of checks) {
      const refusal = check(node);
      if (refusal !== undefined) {
        refusals.push(refusal);
        for (const change of helpedBy) helpful.add(change);
        return false;
      }
    }
    return true;
  });
  if (feasible.length === 0) return { message: failureMessage(nodes.length, refusals), helpedBy: helpful };
  if (feasible.length === 1) return { nodeName: feasible[0]!.name };

  const totals = feasible.map(() => 0);
  for (const { score, weight } of profile.scores) {
    score(pod, feasible, nodes)?.forEach((mark, index) => {
      totals[index]! += mark * weight;
    });
  }
  const best = Math.max(...totals);
  const equals = feasible.filter((_, index) => totals[index] === best);
  return { nodeName: equals[Math.floor(random() * equals.length)]!.name };
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. …` (kube-scheduler: `framework.FitError`). */
function failureMessage(nodeCount: number, refusals: readonly Refusal[]): string {
  const reasons = histogram(refusals.flatMap((refusal) => refusal.reasons));
  const preemption = histogram(
    refusals.map(({ unresolvable }) =>
      unresolvable
        ? 'Preemption is not helpful for scheduling'
        : 'No preemption victims found for incoming pod',
    ),
  );
  const none = `0/${nodeCount} nodes are available`;
  return `${none}: ${reasons}. no new claims to deallocate, preemption: ${none}: ${preemption}.`;
}

function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
