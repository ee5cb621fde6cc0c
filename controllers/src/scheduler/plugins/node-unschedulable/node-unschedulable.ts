import { type Filter, unresolvable } from '../../framework/filter.ts';
import { type Toleration, tolerates } from '../../../selectors/tolerations.ts';

/** A cordoned node takes only Pods that tolerate it (kube-scheduler: `NodeUnschedulable`). */
export const nodeUnschedulable: Filter = (pod) => {
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  const tolerated = ((pod.spec?.tolerations ?? []) as Toleration[]).some((toleration) =>
    tolerates(toleration, cordon),
  );
  if (tolerated) return undefined;
  return ({ node }) => (node?.spec?.unschedulable ? unresolvable('node(s) were unschedulable') : undefined);
};
