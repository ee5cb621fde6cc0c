import { hostPortsOf } from '../node-info.ts';
import type { Filter } from './filter.ts';

/** The ports of the node that the Pod asks for must be free (kube-scheduler: `NodePorts`). */
export const nodePorts: Filter = (pod) => {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  return (node) =>
    wanted.some((port) => node.isPortTaken(port))
      ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false }
      : undefined;
};
