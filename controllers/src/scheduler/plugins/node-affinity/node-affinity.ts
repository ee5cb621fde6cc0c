import type { Pod } from '../../../runtime/client/resource.ts';
import { allowsNode, matchesTerm, type NodeSelectorTerm } from '../../../selectors/node-selector.ts';
import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { normalizeScores } from '../../framework/run/run-score-plugins.ts';
import { skip, unresolvable } from '../../framework/status.ts';

const notWanted = unresolvable("node(s) didn't match Pod's node affinity/selector");
const conflict = unresolvable('pod affinity terms conflict');

const requiredOf = ({ spec }: Pod) =>
  spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
const preferredOf = ({ spec }: Pod) =>
  spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

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
 * The nodes that all terms of a Pod together name, as those of DaemonSets do; undefined: a term names none.
 */
function namedNodes(pod: Pod): Set<string> | undefined {
  const terms = (requiredOf(pod)?.nodeSelectorTerms ?? []) as NodeSelectorTerm[];
  const names = new Set<string>();
  for (const term of terms) {
    const named = namesIn(term);
    if (named === undefined) return undefined;
    for (const name of named) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}

/**
 * The node must be one that the Pod's `nodeSelector` and required node affinity allow; preferred node
 * affinity makes it better (kube-scheduler: `NodeAffinity`).
 */
export const nodeAffinity = {
  name: 'NodeAffinity',

  preFilter(_state, pod) {
    if (pod.spec?.nodeSelector === undefined && requiredOf(pod) === undefined) return skip;
    const nodeNames = namedNodes(pod);
    if (nodeNames === undefined) return undefined;
    return nodeNames.size === 0 ? conflict : { nodeNames };
  },

  filter: (_state, pod, { node }) => (node && allowsNode(pod, node) ? undefined : notWanted),

  preScore: (_state, pod) => (preferredOf(pod).length === 0 ? skip : undefined),

  score: (_state, pod, { node }) =>
    preferredOf(pod).reduce(
      (sum, { preference, weight }) =>
        sum + (node && matchesTerm(preference as NodeSelectorTerm, node) ? weight : 0),
      0,
    ),

  normalizeScore: (_state, _pod, scores) => normalizeScores(scores),

  eventsToRegister: () => [
    on('Node', Action.add | Action.updateNodeLabel, (pod, before, after) =>
      after !== undefined && allowsNode(pod, after) && (before === undefined || !allowsNode(pod, before))
        ? 'Queue'
        : 'QueueSkip',
    ),
  ],
} satisfies Plugin;
