import { Action, on } from '../../framework/events/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unresolvable } from '../../framework/status.ts';

const otherNode = unresolvable("node(s) didn't match the requested node name");

/** A Pod that names its node can be there alone (kube-scheduler: `NodeName`). */
export const nodeName = {
  name: 'NodeName',

  preFilter: (_state, pod) => (pod.spec?.nodeName ? undefined : skip),

  filter: (_state, pod, node) => (pod.spec?.nodeName === node.name ? undefined : otherNode),

  eventsToRegister: () => [on('Node', Action.add)],
} satisfies Plugin;
