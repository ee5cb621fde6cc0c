import type { Pod } from '../../runtime/client/resource.ts';
import type { NodeInfo } from './nodes/node-info.ts';

/** The best mark that a rule gives. */
export const bestScore = 100;

/**
 * A preference among nodes that can take a Pod (kube-scheduler: a Score plugin): a mark from 0 to 100 for each of
 * `nodes`, in their order; undefined where the rule has no opinion on the Pod. `all` are the nodes of the cluster.
 */
export type Score = (pod: Pod, nodes: readonly NodeInfo[], all: readonly NodeInfo[]) => number[] | undefined;

/** Stretches marks so that the highest is 100; `reverse` turns them round. */
export function normalize(marks: readonly number[], reverse = false): number[] {
  const highest = Math.max(...marks);
  if (highest === 0) return marks.map(() => (reverse ? bestScore : 0));
  return marks.map((mark) => {
    const stretched = Math.floor((bestScore * mark) / highest);
    return reverse ? bestScore - stretched : stretched;
  });
}
