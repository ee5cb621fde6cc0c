import type { Pod } from '../../runtime/client/resource.ts';
import { allowsNode } from '../../selectors/node-selector.ts';
import { type Taint, type Toleration, untolerated } from '../../selectors/tolerations.ts';
import type { NodeInfo } from '../../scheduler/framework/nodes/node-info.ts';
import { podInfoOf } from '../../scheduler/framework/nodes/pod-info.ts';

/** Why a node rejects a Pod; the reason and message of its status and event. */
export interface Rejection {
  reason: string;
  message: string;
}

const ownResources = ['cpu', 'memory', 'ephemeral-storage'];

/**
 * Whether a node admits a Pod that was bound to it (kubelet: `lifecycle.predicateAdmitHandler`): what it asks
 * for must be left, the node must be one that it selects, its ports must be free, and NoExecute taints
 * tolerated. The first that fails is reported. Resources that the node does not have at all are not checked.
 */
export function rejectionOf(pod: Pod, info: NodeInfo): Rejection | undefined {
  const { node, allocatable, requested } = info;
  const { requests, hostPorts } = podInfoOf(pod);
  const most = allocatable.get('pods') ?? 0;
  if (info.pods.size + 1 > most)
    return insufficient('pods', { requested: 1, used: info.pods.size, capacity: most });
  const names = [
    ...ownResources,
    ...[...requests.keys()].filter((name) => !ownResources.includes(name) && allocatable.has(name)),
  ];
  for (const name of names) {
    const wanted = requests.get(name) ?? 0;
    const used = requested.get(name) ?? 0;
    const capacity = allocatable.get(name) ?? 0;
    if (wanted > 0 && wanted > capacity - used)
      return insufficient(name, { requested: wanted, used, capacity });
  }
  if (node !== undefined && !allowsNode(pod, node))
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (hostPorts.some((port) => info.hostPorts.isTaken(port)))
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  const taints = (node?.spec?.taints ?? []) as Taint[];
  if (untolerated(taints, (pod.spec?.tolerations ?? []) as Toleration[], ['NoExecute']) !== undefined)
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}

function insufficient(
  name: string,
  { requested, used, capacity }: { requested: number; used: number; capacity: number },
): Rejection {
  return {
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function failed(predicate: string, message: string): Rejection {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${message}` };
}
