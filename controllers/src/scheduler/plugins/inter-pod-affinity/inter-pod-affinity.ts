import { Action, on } from '../../framework/events/cluster-event.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';
import type { NamespaceLabels } from '../../framework/nodes/affinity-term.ts';
import { checkAffinity, preFilterState, readAffinity } from './filtering.ts';
import { afterNodeChange, afterPodChange } from './queueing-hints.ts';

/**
 * Required affinity and anti-affinity between Pods, both ways: the Pod's own, and those of the Pods that are
 * there (kube-scheduler: `InterPodAffinity`). A first Pod that matches its own affinity may go anywhere.
 */
export function createInterPodAffinity({
  snapshot,
  namespaceLabels,
}: {
  snapshot: NodeSnapshot;
  namespaceLabels: NamespaceLabels;
}) {
  return {
    name: 'InterPodAffinity',

    preFilter(state, pod) {
      const found = readAffinity(pod, snapshot, namespaceLabels);
      if (found === undefined) return skip;
      state.write(preFilterState, found);
      return undefined;
    },

    filter: (state, pod, node) => checkAffinity(state.read(preFilterState), pod, node),

    eventsToRegister: () => [
      on('Pod', Action.add | Action.updatePodLabel | Action.delete, (pod, before, after) =>
        afterPodChange(pod, { before, after }, namespaceLabels),
      ),
      on('Node', Action.add | Action.updateNodeLabel, afterNodeChange),
    ],
  } satisfies Plugin;
}
