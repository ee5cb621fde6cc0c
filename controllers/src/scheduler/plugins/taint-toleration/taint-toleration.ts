import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { type Taint, type Toleration, tolerates, untolerated } from '../../../selectors/tolerations.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { normalizeScores } from '../../framework/run/run-score-plugins.ts';
import { unresolvable } from '../../framework/status.ts';

const tainted = unresolvable('node(s) had untolerated taint(s)');
/** The tolerations that concern PreferNoSchedule taints. */
const preScoreState = stateKey<readonly Toleration[]>('PreScoreTaintToleration');

const tolerationsOf = ({ spec }: Pod): Toleration[] => (spec?.tolerations ?? []) as Toleration[];
const taintsOf = (node: Node | undefined): Taint[] => (node?.spec?.taints ?? []) as Taint[];

function isTolerated(node: Node | undefined, pod: Pod): boolean {
  return untolerated(taintsOf(node), tolerationsOf(pod), ['NoSchedule', 'NoExecute']) === undefined;
}

/**
 * A node's NoSchedule and NoExecute taints must be tolerated; nodes with fewer PreferNoSchedule taints that
 * are not are better (kube-scheduler: `TaintToleration`).
 */
export const taintToleration = {
  name: 'TaintToleration',

  filter: (_state, pod, { node }) => (isTolerated(node, pod) ? undefined : tainted),

  preScore(state, pod) {
    const ofPreferences = tolerationsOf(pod).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    state.write(preScoreState, ofPreferences);
    return undefined;
  },

  score(state, _pod, { node }) {
    const taints = taintsOf(node);
    if (taints.length === 0) return 0;
    const tolerations = state.read(preScoreState);
    return taints.filter(
      (taint) =>
        taint.effect === 'PreferNoSchedule' &&
        !tolerations.some((toleration) => tolerates(toleration, taint)),
    ).length;
  },

  normalizeScore: (_state, _pod, scores) => normalizeScores(scores, true),

  eventsToRegister: () => [
    on('Node', Action.add | Action.updateNodeTaint, (pod, before, after) =>
      isTolerated(after, pod) && (before === undefined || !isTolerated(before, pod)) ? 'Queue' : 'QueueSkip',
    ),
    on('Pod', Action.updatePodToleration, (pod, _before, after) =>
      pod.metadata.uid === after?.metadata.uid ? 'Queue' : 'QueueSkip',
    ),
  ],
} satisfies Plugin;
