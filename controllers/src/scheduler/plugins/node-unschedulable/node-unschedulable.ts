import type { Pod } from '../../../runtime/client/resource.ts';
import { type Toleration, tolerates } from '../../../selectors/tolerations.ts';
import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const cordoned = unresolvable('node(s) were unschedulable');

function toleratesCordon({ spec }: Pod): boolean {
  return ((spec?.tolerations ?? []) as Toleration[]).some((toleration) => tolerates(toleration, cordon));
}

/** A cordoned node takes only Pods that tolerate it (kube-scheduler: `NodeUnschedulable`). */
export const nodeUnschedulable = {
  name: 'NodeUnschedulable',

  filter: (_state, pod, { node }) =>
    node?.spec?.unschedulable && !toleratesCordon(pod) ? cordoned : undefined,

  eventsToRegister: () => [
    on('Node', Action.add | Action.updateNodeTaint, (_pod, before, after) =>
      !after?.spec?.unschedulable && (before === undefined || before.spec?.unschedulable)
        ? 'Queue'
        : 'QueueSkip',
    ),
    on('Pod', Action.updatePodToleration, (pod, _before, after) =>
      after !== undefined && pod.metadata.uid === after.metadata.uid && toleratesCordon(after)
        ? 'Queue'
        : 'QueueSkip',
    ),
  ],
} satisfies Plugin;
