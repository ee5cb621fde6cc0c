import { Action, on } from '../../framework/events/cluster-event.ts';
import { HostPorts } from '../../framework/nodes/host-ports.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unschedulable } from '../../framework/status.ts';

const taken = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** The host ports of the Pod must be free on the node (kube-scheduler: `NodePorts`). */
export const nodePorts = {
  name: 'NodePorts',

  preFilter: (_state, pod) => (podInfoOf(pod).hostPorts.length === 0 ? skip : undefined),

  filter: (_state, pod, { hostPorts }) =>
    podInfoOf(pod).hostPorts.some((port) => hostPorts.isTaken(port)) ? taken : undefined,

  eventsToRegister: () => [
    on('Pod', Action.delete, (pod, before) => {
      if (!before?.spec?.nodeName) return 'QueueSkip';
      const freed = new HostPorts();
      freed.take(podInfoOf(before).hostPorts);
      return podInfoOf(pod).hostPorts.some((port) => freed.isTaken(port)) ? 'Queue' : 'QueueSkip';
    }),
    on('Node', Action.add),
  ],
} satisfies Plugin;
