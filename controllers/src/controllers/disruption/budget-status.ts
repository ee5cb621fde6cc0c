import { formatTime } from '../../runtime/clock.ts';
import type { DisruptionBudget } from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';

export type BudgetStatus = NonNullable<DisruptionBudget['status']>;
type Condition = NonNullable<BudgetStatus['conditions']>[number];

/** What was counted. */
export interface BudgetCounts {
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  disruptedPods: Record<string, string>;
}

const conditionType = 'DisruptionAllowed';

/** The conditions with another `DisruptionAllowed`, which keeps its time while its status stays. */
function withCondition(
  conditions: readonly Condition[] = [],
  next: Pick<Condition, 'status' | 'reason' | 'message' | 'observedGeneration'>,
  nowMs: number,
): Condition[] {
  const before = conditions.find(({ type }) => type === conditionType);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : formatTime(nowMs);
  const condition = { type: conditionType, ...next, lastTransitionTime } as Condition;
  if (before === undefined) return [...conditions, condition];
  return conditions.map((each) => (each === before ? condition : each));
}

/**
 * The status that the counts make (Kubernetes: `DisruptionController.updatePdbStatus`). A budget without Pods
 * allows nothing: its first Pods are protected before they have been counted.
 */
export function budgetStatus(budget: DisruptionBudget, counts: BudgetCounts, nowMs: number): BudgetStatus {
  const { currentHealthy, desiredHealthy, expectedPods, disruptedPods } = counts;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(currentHealthy - desiredHealthy, 0) : 0;
  const observedGeneration = budget.metadata.generation ?? 0;
  const isAllowed = disruptionsAllowed > 0;
  return {
    ...(observedGeneration === 0 ? {} : { observedGeneration }),
    ...(Object.keys(disruptedPods).length === 0
      ? {}
      : { disruptedPods: disruptedPods as unknown as NonNullable<BudgetStatus['disruptedPods']> }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withCondition(
      budget.status?.conditions,
      {
        status: isAllowed ? 'True' : 'False',
        reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration,
      },
      nowMs,
    ),
  };
}

/** The status of a budget that could not be counted: nothing is allowed until it can. */
export function failedStatus(budget: DisruptionBudget, why: string, nowMs: number): BudgetStatus {
  const { status } = budget;
  return {
    ...(status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
    disruptionsAllowed: 0,
    conditions: withCondition(
      status?.conditions,
      {
        status: 'False',
        reason: 'SyncFailed',
        message: why,
        observedGeneration: status?.observedGeneration ?? 0,
      },
      nowMs,
    ),
  };
}

/** Whether there is something to write. */
export function budgetStatusDiffers(before: BudgetStatus | undefined, after: BudgetStatus): boolean {
  return before === undefined || !semanticEqual(before, after);
}
