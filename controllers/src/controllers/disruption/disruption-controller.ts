import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { createController } from '../../runtime/controller.ts';
import { matchesSelector } from '../../selectors/label-selector.ts';
import type { Worker } from '../../runtime/part.ts';
import {
  type DisruptionBudget,
  disruptionBudgets,
  type Pod,
  pods as podResource,
} from '../../runtime/client/resource.ts';
import { type BudgetStatus, budgetStatus, budgetStatusDiffers, failedStatus } from './budget-status.ts';
import { countHealthy, disruptedPods } from './disrupted-pods.ts';
import { expectation } from './expected-pods.ts';
import { createStaleDisruptionController } from './stale-disruption.ts';
import { workloadScales } from './workload-scale.ts';

/**
 * Counts for every PodDisruptionBudget how many of its Pods may be evicted now (Kubernetes: `pkg/controller/disruption`). The API
 * server spends what is counted here, and writes down whom it let go; a count is never made from less than that.
 */
export function createDisruptionController(context: ControllerContext, options: { workers: number }): Worker {
  const { client, clock, informers, log, recorder } = context;
  const budgets = informers.of(disruptionBudgets);
  const pods = informers.of(podResource);
  const findScale = workloadScales(context);
  const controller = createController(context, { name: 'disruption', workers: options.workers, sync });
  const stale = createStaleDisruptionController(context);
  const { queue } = controller;

  budgets.addHandler({
    add: (budget) => queue.add(objectKey(budget)),
    update: (_, budget) => queue.add(objectKey(budget)),
  });

  function budgetsOf(pod: Pod): DisruptionBudget[] {
    return budgets.store
      .inNamespace(pod.metadata.namespace ?? '')
      .filter(({ spec }) => matchesSelector(spec?.selector, pod.metadata.labels));
  }

  function podChanged(pod: Pod, isGone = false): void {
    const [first, ...others] = budgetsOf(pod);
    if (first === undefined) return;
    for (const budget of [first, ...others]) queue.add(objectKey(budget));
    if (others.length === 0 || isGone) return;
    const { namespace, name } = pod.metadata;
    recorder.event(pod, {
      type: 'Warning',
      reason: 'MultiplePodDisruptionBudgets',
      message: `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`,
    });
  }

  pods.addHandler({
    add: (pod) => podChanged(pod),
    update(before, pod) {
      // Who leaves a budget by its labels is missed there, too.
      if (!sameLabels(before, pod)) podChanged(before, true);
      podChanged(pod);
    },
    delete: (pod) => podChanged(pod, true),
  });

  async function sync(key: string): Promise<void> {
    const budget = budgets.store.get(key);
    if (budget === undefined) return;
    try {
      await count(key, budget);
    } catch (error) {
      // Somebody was faster: the next count begins with what they wrote.
      if (isConflict(error)) throw error;
      if (isNotFound(error)) return;
      log.debug({ key, err: error }, 'a disruption budget could not be counted');
      const why = error instanceof Error ? error.message : String(error);
      await write(budget, failedStatus(budget, why, clock.now()));
    }
  }

  async function count(key: string, budget: DisruptionBudget): Promise<void> {
    const selected = pods.store
      .inNamespace(budget.metadata.namespace ?? '')
      .filter(({ metadata }) => matchesSelector(budget.spec?.selector, metadata.labels));
    if (selected.length === 0) {
      recorder.event(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    }
    const expected = await expectation(budget, selected, findScale).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      recorder.event(budget, {
        type: 'Warning',
        reason: 'CalculateExpectedPodCountFailed',
        message: `Failed to calculate the number of expected pods: ${why}`,
      });
      throw error;
    });
    if (expected.unmanaged.length > 0) warnOfUnmanaged(budget);
    const nowMs = clock.now();
    const { waiting, expired, recheckAtMs } = disruptedPods(budget, selected, nowMs);
    const { namespace } = budget.metadata;
    for (const pod of expired) {
      recorder.event(pod, {
        type: 'Warning',
        reason: 'NotDeleted',
        message: `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`,
      });
    }
    const { expectedPods, desiredHealthy } = expected;
    const currentHealthy = countHealthy(selected, waiting, nowMs);
    const counts = { currentHealthy, desiredHealthy, expectedPods, disruptedPods: waiting };
    const status = budgetStatus(budget, counts, nowMs);
    if (budgetStatusDiffers(budget.status, status)) await write(budget, status);
    // Just after it, for a Pod may still go at the very moment.
    if (recheckAtMs !== undefined) queue.addAfter(key, recheckAtMs - nowMs + 1);
  }

  function warnOfUnmanaged(budget: DisruptionBudget): void {
    const selector = JSON.stringify(budget.spec?.selector ?? {});
    recorder.event(budget, {
      type: 'Warning',
      reason: 'UnmanagedPods',
      message:
        `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. ` +
        'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
        'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    });
  }

  async function write(budget: DisruptionBudget, status: BudgetStatus): Promise<void> {
    await client.update(disruptionBudgets, { ...budget, status }, 'status');
  }

  return {
    start() {
      controller.start();
      stale.start();
    },
    async stop() {
      await Promise.all([controller.stop(), stale.stop()]);
    },
  };
}

function sameLabels(one: Pod, other: Pod): boolean {
  return JSON.stringify(one.metadata.labels) === JSON.stringify(other.metadata.labels);
}
