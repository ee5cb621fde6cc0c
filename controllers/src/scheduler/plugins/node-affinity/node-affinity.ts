import { allowsNode, type NodeSelectorTerm } from '../../../selectors/node-selector.ts';
import { type Filter, unresolvable } from '../../framework/filter.ts';

/** The node must be one that the Pod selects (kube-scheduler: `NodeAffinity`). */
export const nodeAffinity: Filter = (pod) => {
  if (!pod.spec?.nodeSelector && !pod.spec?.affinity?.nodeAffinity) return undefined;
  return ({ node }) =>
    node && allowsNode(pod, node)
      ? undefined
      : unresolvable("node(s) didn't match Pod's node affinity/selector");
};

/** The nodes that a term allows by name; undefined: it names none. */
function namesIn({ matchFields = [] }: NodeSelectorTerm): Set<string> | undefined {
  let names: Set<string> | undefined;
  for (const { key, operator, values = [] } of matchFields) {
    if (key !== 'metadata.name' || operator !== 'In') continue;
    const before = names;
    names = new Set(before === undefined ? values : values.filter((value) => before.has(value)));
  }
  return names;
}

/**
 * Nodes that a Pod does not name are not looked at any further, where all its terms name nodes, as those of DaemonSets do
 * (kube-scheduler: PreFilter of `NodeAffinity`).
 */
export const namedNodes: Filter = (pod) => {
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = (required?.nodeSelectorTerms ?? []) as NodeSelectorTerm[];
  const names = new Set<string>();
  for (const term of terms) {
    const named = namesIn(term);
    if (named === undefined) return undefined;
    for (const name of named) names.add(name);
  }
  if (terms.length === 0) return undefined;
  if (names.size === 0) return { message: 'pod affinity terms conflict' };
  return ({ name }) =>
    names.has(name) ? undefined : unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");
};
