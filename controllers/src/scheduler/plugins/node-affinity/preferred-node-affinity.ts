import { matchesTerm, type NodeSelectorTerm } from '../../../selectors/node-selector.ts';
import { normalize, type Score } from '../../framework/score.ts';

/** Preferred node affinity, by weight (kube-scheduler: `NodeAffinity`). */
export const preferredNodeAffinity: Score = (pod, nodes) => {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (preferred.length === 0) return undefined;
  const marks = nodes.map(({ node }) =>
    preferred.reduce(
      (sum, { preference, weight }) =>
        sum + (node && matchesTerm(preference as NodeSelectorTerm, node) ? weight : 0),
      0,
    ),
  );
  return normalize(marks);
};
