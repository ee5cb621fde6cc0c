import { type Taint, type Toleration, tolerates } from '../../../selectors/tolerations.ts';
import { normalize, type Score } from '../../framework/score.ts';

/** Rather where fewer PreferNoSchedule taints are not tolerated (kube-scheduler: `TaintToleration`). */
export const preferredTaints: Score = (pod, nodes) => {
  const tolerations = ((pod.spec?.tolerations ?? []) as Toleration[]).filter(
    ({ effect }) => !effect || effect === 'PreferNoSchedule',
  );
  const marks = nodes.map(
    ({ node }) =>
      ((node?.spec?.taints ?? []) as Taint[]).filter(
        (taint) =>
          taint.effect === 'PreferNoSchedule' &&
          !tolerations.some((toleration) => tolerates(toleration, taint)),
      ).length,
  );
  return normalize(marks, true);
};
