import { factsOf } from '../../framework/nodes/pod-info.ts';
import type { Filter } from '../../framework/filter.ts';

/** The ports of the node that the Pod asks for must be free (kube-scheduler: `NodePorts`). */
export const nodePorts: Filter = (pod) => {
  const wanted = factsOf(pod).hostPorts;
  if (wanted.length === 0) return undefined;
  return ({ hostPorts }) =>
    wanted.some((port) => hostPorts.isTaken(port))
      ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false }
      : undefined;
};
