import { fitMessage, NodeStatuses } from '../../framework/fit-error.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable, unschedulable } from '../../framework/status.ts';

const noVictims = unresolvable('No preemption victims found for incoming pod');
const notEligible = unschedulable('preemption: not eligible due to preemptionPolicy=Never.');
const notHelpful = unresolvable('Preemption is not helpful for scheduling');

/**
 * Says, in kube-scheduler's words, why no Pod is removed for the sake of another (kube-scheduler:
 * `DefaultPreemption`). It removes none: nodes where that could help count as nodes without victims.
 */
export function createDefaultPreemption(snapshot: NodeSnapshot) {
  return {
    name: 'DefaultPreemption',

    postFilter(_state, pod, statuses) {
      if (pod.spec?.preemptionPolicy === 'Never') return { status: notEligible };
      const outcome = new NodeStatuses();
      outcome.absent = notHelpful;
      const nodes = snapshot.nodes();
      for (const { name } of nodes)
        if (statuses.get(name)?.code === 'Unschedulable') outcome.set(name, noVictims);
      const message = fitMessage(nodes.length, {
        statuses: outcome,
        unschedulablePlugins: new Set(),
        pendingPlugins: new Set(),
        preFilterMessage: '',
        postFilterMessage: '',
      });
      return { status: unschedulable(`preemption: ${message}`), nominatedNodeName: '' };
    },
  } satisfies Plugin;
}
