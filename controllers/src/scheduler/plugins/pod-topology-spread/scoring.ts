import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Pod } from '../../../runtime/client/resource.ts';
import { countedDomain, podsThatCount, type SpreadConstraint } from './filtering.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { factsOf } from '../../framework/nodes/pod-info.ts';
import { bestScore, type Score } from '../../framework/score.ts';

const hostname = 'kubernetes.io/hostname';
/** The scheduler's own, for Pods that name no constraints (kube-scheduler: `systemDefaultConstraints`). */
const defaultConstraints: readonly SpreadConstraint[] = [
  { topologyKey: hostname, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

/**
 * Soft topology spread: rather where fewer Pods alike are (kube-scheduler: `PodTopologySpread`). Pods without
 * constraints of their own are spread from those with the same controller.
 */
export const spread: Score = (pod, nodes, all) => {
  const own = (pod.spec?.topologySpreadConstraints ?? []) as SpreadConstraint[];
  const soft = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  if (own.length > 0) return soft.length === 0 ? undefined : marksOf(pod, soft, { nodes, all });
  const { owner } = factsOf(pod);
  if (owner === undefined) return undefined;
  return marksOf(pod, defaultConstraints, { nodes, all, owner });
};

interface Candidates {
  nodes: readonly NodeInfo[];
  all: readonly NodeInfo[];
  /** Count Pods of this controller, in place of those that a constraint selects. */
  owner?: string;
}

function marksOf(
  pod: Pod,
  constraints: readonly SpreadConstraint[],
  { nodes, all, owner }: Candidates,
): number[] {
  const labelOf = ({ node }: NodeInfo, { topologyKey }: SpreadConstraint): string | undefined =>
    ownValue(node?.metadata.labels, topologyKey);
  const countOn = (info: NodeInfo, constraint: SpreadConstraint): number =>
    owner === undefined ? podsThatCount(constraint, pod, info) : (info.podsOfOwner.get(owner) ?? 0);
  // Who names constraints means nodes that have all their labels; the scheduler's own ask for none.
  const isIgnored = nodes.map(
    (node) =>
      owner === undefined && constraints.some((constraint) => labelOf(node, constraint) === undefined),
  );
  const rules = constraints.map((constraint) => {
    const counts = new Map<string, number>();
    const perNode = constraint.topologyKey === hostname;
    if (!perNode) {
      nodes.forEach((node, index) => {
        if (!isIgnored[index]) counts.set(labelOf(node, constraint) ?? '', 0);
      });
      for (const info of all) {
        const domain = countedDomain(constraint, pod, info);
        const count = domain === undefined ? undefined : counts.get(domain);
        if (domain !== undefined && count !== undefined)
          counts.set(domain, count + countOn(info, constraint));
      }
    }
    const size = perNode ? isIgnored.filter((ignored) => !ignored).length : counts.size;
    return { constraint, counts, perNode, weight: Math.log(size + 2) };
  });
  const marks = nodes.map((node, index) => {
    if (isIgnored[index]) return undefined;
    let mark = 0;
    for (const { constraint, counts, perNode, weight } of rules) {
      const domain = labelOf(node, constraint);
      if (domain === undefined) continue;
      const count = perNode ? countOn(node, constraint) : (counts.get(domain) ?? 0);
      mark += count * weight + (constraint.maxSkew - 1);
    }
    return Math.round(mark);
  });
  return fewestFirst(marks);
}

/** 100 for the lowest mark, less by the share of the highest for others, 0 where there is none. */
function fewestFirst(marks: readonly (number | undefined)[]): number[] {
  const given = marks.filter((mark) => mark !== undefined);
  const least = Math.min(...given);
  const most = Math.max(...given);
  return marks.map((mark) => {
    if (mark === undefined) return 0;
    return most === 0 ? bestScore : Math.floor((bestScore * (most + least - mark)) / most);
  });
}
