import { type Filter, unresolvable } from '../../framework/filter.ts';
import { type Taint, type Toleration, untolerated } from '../../../selectors/tolerations.ts';

/** A node's NoSchedule and NoExecute taints must be tolerated (kube-scheduler: `TaintToleration`). */
export const taintToleration: Filter = (pod) => {
  const tolerations = (pod.spec?.tolerations ?? []) as Toleration[];
  return ({ node }) => {
    const taint = untolerated((node?.spec?.taints ?? []) as Taint[], tolerations, [
      'NoSchedule',
      'NoExecute',
    ]);
    return taint && unresolvable('node(s) had untolerated taint(s)');
  };
};
