import { Action, on } from '../../framework/events/cluster-event.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';
import { checkSpread, countDomains, preFilterState } from './filtering.ts';
import { afterNodeChange, afterPodChange } from './queueing-hints.ts';
import { normalizeSpread, prepareScoring, preScoreState, rawScore } from './scoring.ts';

/**
 * Pods are spread over topology domains by the Pod's constraints: hard ones must be kept, soft ones make
 * nodes better. Pods without constraints are spread from those of the same controller (kube-scheduler:
 * `PodTopologySpread`).
 */
export function createPodTopologySpread(snapshot: NodeSnapshot) {
  return {
    name: 'PodTopologySpread',

    preFilter(state, pod, nodes) {
      const constraints = countDomains(pod, nodes);
      if (constraints.length === 0) return skip;
      state.write(preFilterState, constraints);
      return undefined;
    },

    filter: (state, _pod, node) => checkSpread(state.read(preFilterState), node),

    preScore(state, pod, nodes) {
      const scoring = prepareScoring(pod, nodes, snapshot.nodes());
      if (scoring === undefined) return skip;
      state.write(preScoreState, scoring);
      return undefined;
    },

    score: (state, pod, node) => rawScore(state.read(preScoreState), pod, node),

    normalizeScore: (state, _pod, scores, nodes) => normalizeSpread(state.read(preScoreState), scores, nodes),

    eventsToRegister: () => [
      on(
        'Pod',
        Action.add | Action.updatePodLabel | Action.updatePodToleration | Action.delete,
        afterPodChange,
      ),
      on(
        'Node',
        Action.add | Action.delete | Action.updateNodeLabel | Action.updateNodeTaint,
        afterNodeChange,
      ),
    ],
  } satisfies Plugin;
}
