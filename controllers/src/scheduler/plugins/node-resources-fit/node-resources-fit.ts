import { factsOf } from '../../framework/nodes/pod-info.ts';
import type { Filter } from '../../framework/filter.ts';

/** What the Pod asks for must be left on the node, a place among its Pods too (kube-scheduler: `NodeResourcesFit`). */
export const nodeResourcesFit: Filter = (pod) => {
  const wanted = [...factsOf(pod).requests].filter(([, amount]) => amount > 0);
  return (node) => {
    const reasons: string[] = [];
    let unresolvable = false;
    if (node.pods.size + 1 > (node.allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
    for (const [name, amount] of wanted) {
      const allocatable = node.allocatable.get(name) ?? 0;
      if (amount <= allocatable - (node.requested.get(name) ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      if (amount > allocatable) unresolvable = true;
    }
    return reasons.length > 0 ? { reasons, unresolvable } : undefined;
  };
};
