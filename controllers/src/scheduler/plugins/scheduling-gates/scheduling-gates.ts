import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

/**
 * Pods with scheduling gates are not considered until the last gate is gone (kube-scheduler:
 * `SchedulingGates`).
 */
export const schedulingGates = {
  name: 'SchedulingGates',

  preEnqueue({ spec }) {
    const gates = (spec?.schedulingGates ?? []).map(({ name }) => name);
    return gates.length === 0
      ? undefined
      : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`);
  },

  eventsToRegister: () => [
    on('Pod', Action.updatePodSchedulingGatesEliminated, (pod, _before, after) =>
      pod.metadata.uid === after?.metadata.uid ? 'Queue' : 'QueueSkip',
    ),
  ],
} satisfies Plugin;
