import type { Informer } from '../../runtime/cache/informer.ts';
import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type DisruptionBudget, disruptionBudgets, type Pod, pods } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { matchesSelector } from '../../selectors/label-selector.ts';
import { type BudgetStatus, budgetStatus, budgetStatusDiffers, failedStatus } from './budget-status.ts';
import { countHealthy, disruptedPods } from './disrupted-pods.ts';
import { type Expectation, expectation } from './expected-pods.ts';
import { StaleDisruptionController } from './stale-disruption.ts';
import { type FindScale, WorkloadScales } from './workload-scale.ts';

/**
 * Counts for every PodDisruptionBudget how many of its Pods may be evicted now (Kubernetes:
 * `pkg/controller/disruption`). The API server subtracts from this number and records which Pods it let go; a
 * count always takes that record into account.
 */
export class DisruptionController implements Worker {
  readonly #context: ControllerContext;
  readonly #budgets: Informer<DisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #findScale: FindScale;
  readonly #controller: Controller;
  readonly #stale: StaleDisruptionController;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#budgets = context.informers.of(disruptionBudgets);
    this.#pods = context.informers.of(pods);
    const scales = new WorkloadScales(context);
    this.#findScale = (reference, namespace) => scales.find(reference, namespace);
    this.#controller = createController(context, {
      name: 'disruption',
      workers,
      sync: (key) => this.#sync(key),
    });
    this.#stale = new StaleDisruptionController(context);
    this.#budgets.addHandler({
      add: (budget) => this.#controller.queue.add(objectKey(budget)),
      update: (_, budget) => this.#controller.queue.add(objectKey(budget)),
    });
    this.#pods.addHandler({
      add: (pod) => this.#podChanged(pod),
      update: (before, pod) => {
        // A budget that the Pod leaves by its labels is counted again, too.
        if (!sameLabels(before, pod)) this.#podRemoved(before);
        this.#podChanged(pod);
      },
      delete: (pod) => this.#podRemoved(pod),
    });
  }

  start(): void {
    this.#controller.start();
    this.#stale.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#controller.stop(), this.#stale.stop()]);
  }

  #budgetsOf({ metadata }: Pod): DisruptionBudget[] {
    return this.#budgets.store
      .inNamespace(metadata.namespace ?? '')
      .filter(({ spec }) => matchesSelector(spec?.selector, metadata.labels));
  }

  #podRemoved(pod: Pod): void {
    for (const budget of this.#budgetsOf(pod)) this.#controller.queue.add(objectKey(budget));
  }

  #podChanged(pod: Pod): void {
    const [first, ...others] = this.#budgetsOf(pod);
    if (first === undefined) return;
    for (const budget of [first, ...others]) this.#controller.queue.add(objectKey(budget));
    if (others.length === 0) return;
    const { namespace, name } = pod.metadata;
    this.#context.recorder.event(pod, {
      type: 'Warning',
      reason: 'MultiplePodDisruptionBudgets',
      message: `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`,
    });
  }

  async #sync(key: string): Promise<void> {
    const budget = this.#budgets.store.get(key);
    if (budget === undefined) return;
    const { clock, log } = this.#context;
    try {
      await this.#count(key, budget);
    } catch (error) {
      // Another writer was faster: the next count begins with what it wrote.
      if (isConflict(error)) throw error;
      if (isNotFound(error)) return;
      log.debug({ key, err: error }, 'a disruption budget could not be counted');
      await this.#writeStatus(budget, failedStatus(budget, messageOf(error), clock.now()));
    }
  }

  async #count(key: string, budget: DisruptionBudget): Promise<void> {
    const selected = this.#pods.store
      .inNamespace(budget.metadata.namespace ?? '')
      .filter(({ metadata }) => matchesSelector(budget.spec?.selector, metadata.labels));
    const { expectedPods, desiredHealthy } = await this.#expectation(budget, selected);
    const nowMs = this.#context.clock.now();
    const { waiting, expired, recheckAtMs } = disruptedPods(budget, selected, nowMs);
    this.#warnOfNotDeleted(budget, expired);
    const currentHealthy = countHealthy(selected, waiting, nowMs);
    const counts = { currentHealthy, desiredHealthy, expectedPods, disruptedPods: waiting };
    const status = budgetStatus(budget, counts, nowMs);
    if (budgetStatusDiffers(budget.status, status)) await this.#writeStatus(budget, status);
    // Just after that moment, at which a Pod may still be deleted.
    if (recheckAtMs !== undefined) this.#controller.queue.addAfter(key, recheckAtMs - nowMs + 1);
  }

  /** How many Pods there should be; warns of budgets for which that is uncertain. */
  async #expectation(budget: DisruptionBudget, selected: readonly Pod[]): Promise<Expectation> {
    const { recorder } = this.#context;
    if (selected.length === 0)
      recorder.event(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    try {
      const expected = await expectation(budget, selected, this.#findScale);
      if (expected.unmanaged.length > 0) this.#warnOfUnmanaged(budget);
      return expected;
    } catch (error) {
      recorder.event(budget, {
        type: 'Warning',
        reason: 'CalculateExpectedPodCountFailed',
        message: `Failed to calculate the number of expected pods: ${messageOf(error)}`,
      });
      throw error;
    }
  }

  #warnOfUnmanaged(budget: DisruptionBudget): void {
    const selector = JSON.stringify(budget.spec?.selector ?? {});
    this.#context.recorder.event(budget, {
      type: 'Warning',
      reason: 'UnmanagedPods',
      message:
        `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. ` +
        'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
        'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    });
  }

  #warnOfNotDeleted({ metadata: { namespace } }: DisruptionBudget, expired: readonly Pod[]): void {
    for (const pod of expired) {
      this.#context.recorder.event(pod, {
        type: 'Warning',
        reason: 'NotDeleted',
        // As there: the namespace is in place of the budget's name.
        message: `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`,
      });
    }
  }

  async #writeStatus(budget: DisruptionBudget, status: BudgetStatus): Promise<void> {
    await this.#context.client.update(disruptionBudgets, { ...budget, status }, 'status');
  }
}

function sameLabels(one: Pod, other: Pod): boolean {
  return JSON.stringify(one.metadata.labels) === JSON.stringify(other.metadata.labels);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
