import type { Plugin, SortablePod } from '../../framework/plugin.ts';

const priorityOf = ({ pod }: SortablePod): number => pod.spec?.priority ?? 0;

/** Pods of higher priority first, then those that came first (kube-scheduler: `PrioritySort`). */
export const prioritySort = {
  name: 'PrioritySort',

  less(one, other) {
    const difference = priorityOf(one) - priorityOf(other);
    return difference > 0 || (difference === 0 && one.timestampMs < other.timestampMs);
  },
} satisfies Plugin;
