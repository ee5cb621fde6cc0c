import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Pod } from '../../../runtime/client/resource.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import {
  constraintsOf,
  countSelected,
  hasAllTopologies,
  includesNode,
  type SpreadConstraint,
} from './constraint.ts';

const hostname = 'kubernetes.io/hostname';

/** Used for Pods that name no constraints (kube-scheduler: `systemDefaultConstraints`). */
const defaultConstraints: readonly SpreadConstraint[] = [
  { topologyKey: hostname, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** One soft constraint with what all nodes together say of it. */
interface SoftConstraint {
  readonly constraint: SpreadConstraint;
  /** Selected Pods by topology value; not used where each node is a domain of its own. */
  readonly counts: ReadonlyMap<string, number>;
  readonly isPerNode: boolean;
  /** Constraints with more domains count for more. */
  readonly weight: number;
}

/** What PreScore leaves for the scores. */
export interface SpreadScoring {
  readonly constraints: readonly SoftConstraint[];
  /** Nodes that lack a label of the Pod's own constraints: they get 0. */
  readonly ignored: ReadonlySet<string>;
  /** The Pods to count: those of this controller, or those that a constraint selects. */
  readonly owner: string | undefined;
}

/** What PreScore leaves for the scores. */
export const preScoreState = stateKey<SpreadScoring>('PreScorePodTopologySpread');

/**
 * Counts what is in each domain of the Pod's soft constraints; undefined where it has none. Pods without
 * constraints of their own are spread from those of the same controller.
 */
export function prepareScoring(
  pod: Pod,
  feasible: readonly NodeInfo[],
  all: readonly NodeInfo[],
): SpreadScoring | undefined {
  const hasOwn = (pod.spec?.topologySpreadConstraints ?? []).length > 0;
  const constraints = hasOwn ? constraintsOf(pod, 'ScheduleAnyway') : defaultConstraints;
  const owner = hasOwn ? undefined : podInfoOf(pod).owner;
  if (constraints.length === 0 || (!hasOwn && owner === undefined)) return undefined;
  // Those that a Pod names itself mean nodes with all their labels; the default ones require none.
  const isCounted = ({ node }: NodeInfo): boolean => hasAllTopologies(node, constraints);
  const scored = hasOwn ? feasible.filter(isCounted) : feasible;
  const counted = hasOwn ? all.filter(isCounted) : all;
  const ignored = new Set(
    scored.length === feasible.length
      ? []
      : feasible.filter((info) => !isCounted(info)).map(({ name }) => name),
  );
  return {
    owner,
    ignored,
    constraints: constraints.map((constraint) => {
      const isPerNode = constraint.topologyKey === hostname;
      const counts = isPerNode
        ? new Map<string, number>()
        : countDomains(constraint, pod, { scored, counted, owner });
      const size = isPerNode ? scored.length : counts.size;
      return { constraint, isPerNode, counts, weight: Math.log(size + 2) };
    }),
  };
}

function countDomains(
  constraint: SpreadConstraint,
  pod: Pod,
  nodes: { scored: readonly NodeInfo[]; counted: readonly NodeInfo[]; owner: string | undefined },
): Map<string, number> {
  const domainOf = ({ node }: NodeInfo): string | undefined =>
    ownValue(node?.metadata.labels, constraint.topologyKey);
  // Nodes without the label count as a domain, of which only the existence matters.
  const counts = new Map<string, number>();
  for (const info of nodes.scored) counts.set(domainOf(info) ?? '', 0);
  for (const info of nodes.counted) {
    const domain = domainOf(info);
    const count = domain === undefined ? undefined : counts.get(domain);
    if (domain === undefined || count === undefined || info.node === undefined) continue;
    if (includesNode(constraint, pod, info.node))
      counts.set(domain, count + countOn(info, { constraint, pod, owner: nodes.owner }));
  }
  return counts;
}

function countOn(
  info: NodeInfo,
  { constraint, pod, owner }: { constraint: SpreadConstraint; pod: Pod; owner: string | undefined },
): number {
  return owner === undefined ? countSelected(constraint, pod, info) : (info.podsOfOwner.get(owner) ?? 0);
}

/**
 * The more selected Pods in the domains of a node, the higher (kube-scheduler: `PodTopologySpread.Score`).
 */
export function rawScore({ constraints, ignored, owner }: SpreadScoring, pod: Pod, info: NodeInfo): number {
  if (ignored.has(info.name)) return 0;
  let score = 0;
  for (const { constraint, counts, isPerNode, weight } of constraints) {
    const domain = ownValue(info.node?.metadata.labels, constraint.topologyKey);
    if (domain === undefined) continue;
    const count = isPerNode ? countOn(info, { constraint, pod, owner }) : (counts.get(domain) ?? 0);
    score += count * weight + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** 100 for the lowest score, less by the share of the highest for others, 0 for ignored nodes. */
export function normalizeSpread(
  { ignored }: SpreadScoring,
  scores: number[],
  nodes: readonly NodeInfo[],
): void {
  const isIgnored = (index: number): boolean => ignored.size > 0 && ignored.has(nodes[index]!.name);
  let least = Infinity;
  let most = 0;
  for (let index = 0; index < scores.length; index++) {
    if (isIgnored(index)) continue;
    least = Math.min(least, scores[index]!);
    most = Math.max(most, scores[index]!);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (isIgnored(index)) scores[index] = 0;
    else
      scores[index] = most === 0 ? maxNodeScore : Math.floor((maxNodeScore * (most + least - score)) / most);
  }
}
