import type { Informer } from '../../runtime/cache/informer.ts';
import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type Pod, pods, type ReplicaSet, replicaSets } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { claimObjects, controllerOf, decideClaim } from '../../runtime/workload/controller-ref.ts';
import { Expectations } from '../../runtime/workload/expectations.ts';
import { adoptersIn, controlledBy, ownerIn } from '../../runtime/workload/owners.ts';
import { PodControl } from '../../runtime/workload/pod-control.ts';
import { isActive, isReady, isTerminating } from '../../runtime/workload/pod-state.ts';
import { slowStart } from '../../runtime/workload/slow-start.ts';
import { planReplicas } from './replica-plan.ts';
import {
  nextAvailabilityMs,
  replicaSetStatus,
  type ReplicaSetStatus,
  statusDiffers,
} from './replicaset-status.ts';

const orphanIndex = 'orphan';

/**
 * Keeps as many Pods of a template alive as each ReplicaSet wants (Kubernetes: `pkg/controller/replicaset`).
 */
export class ReplicaSetController implements Worker {
  readonly #context: ControllerContext;
  readonly #sets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;
  readonly #expectations: Expectations;
  readonly #podControl: PodControl;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#sets = context.informers.of(replicaSets);
    this.#pods = context.informers.of(pods);
    this.#pods.addIndex(orphanIndex, (pod) => (controllerOf(pod) ? [] : [pod.metadata.namespace ?? '']));
    this.#expectations = new Expectations(context.clock);
    this.#podControl = new PodControl(context);
    this.#controller = createController(context, {
      name: 'replicaset',
      workers,
      sync: (key) => this.#sync(key),
    });
    this.#sets.addHandler({
      add: (set) => this.#enqueue(set),
      update: (_, set) => this.#enqueue(set),
      delete: (set) => this.#setDeleted(set),
    });
    this.#pods.addHandler({
      add: (pod) => this.#podAdded(pod),
      update: (before, pod) => this.#podUpdated(before, pod),
      delete: (pod) => this.#podDeleted(pod),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(set: ReplicaSet): void {
    this.#controller.queue.add(objectKey(set));
  }

  #enqueueAdopters(pod: Pod): void {
    for (const set of adoptersIn(this.#sets, pod)) this.#enqueue(set);
  }

  #setDeleted(set: ReplicaSet): void {
    this.#expectations.forget(objectKey(set));
    this.#enqueue(set);
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp) return this.#podDeleted(pod);
    if (!controllerOf(pod)) return this.#enqueueAdopters(pod);
    const owner = ownerIn(this.#sets, pod);
    if (!owner) return;
    this.#expectations.creationObserved(objectKey(owner));
    this.#enqueue(owner);
  }

  #podUpdated(before: Pod, pod: Pod): void {
    // Marked for deletion: a replacement is wanted now, not when the kubelet is done.
    if (pod.metadata.deletionTimestamp) return this.#podDeleted(pod);
    const hasOtherController = controllerOf(before)?.uid !== controllerOf(pod)?.uid;
    const previous = hasOtherController ? ownerIn(this.#sets, before) : undefined;
    if (previous) this.#enqueue(previous);
    if (controllerOf(pod)) return this.#ownedPodUpdated(before, pod);
    const labelsChanged = JSON.stringify(before.metadata.labels) !== JSON.stringify(pod.metadata.labels);
    if (hasOtherController || labelsChanged) this.#enqueueAdopters(pod);
  }

  #ownedPodUpdated(before: Pod, pod: Pod): void {
    const owner = ownerIn(this.#sets, pod);
    if (!owner) return;
    this.#enqueue(owner);
    const minReadyMs = (owner.spec?.minReadySeconds ?? 0) * 1000;
    if (minReadyMs > 0 && !isReady(before) && isReady(pod))
      this.#controller.queue.addAfter(objectKey(owner), minReadyMs);
  }

  /** A Pod is gone, or was marked for deletion. */
  #podDeleted(pod: Pod): void {
    const owner = ownerIn(this.#sets, pod);
    if (!owner) return;
    this.#expectations.deletionObserved(objectKey(owner), pod.metadata.uid ?? '');
    this.#enqueue(owner);
  }

  async #sync(key: string): Promise<void> {
    const replicaSet = this.#sets.store.get(key);
    if (!replicaSet) return this.#expectations.forget(key);
    // Asked before the Pods are read: what is observed meanwhile is counted by the next sync.
    const isCacheCurrent = this.#expectations.satisfied(key);
    const { active, terminating } = await this.#claimPods(replicaSet);
    const failure =
      isCacheCurrent && !replicaSet.metadata.deletionTimestamp
        ? await this.#manageReplicas(key, replicaSet, active)
        : undefined;
    const nowMs = this.#context.clock.now();
    const status = replicaSetStatus({ replicaSet, active, terminating, failure, nowMs });
    await this.#writeStatus(replicaSet, status);
    if (failure !== undefined) throw failure;
    this.#syncAgainWhenAvailable(key, replicaSet, active, status);
  }

  /** Adopts and releases Pods; returns those that the ReplicaSet has afterwards. */
  async #claimPods(replicaSet: ReplicaSet): Promise<{ active: Pod[]; terminating: Pod[] }> {
    const selector = replicaSet.spec?.selector;
    const owned = controlledBy(this.#pods.store, replicaSet);
    const orphans = this.#pods.store.byIndex(orphanIndex, replicaSet.metadata.namespace ?? '');
    const active = await claimObjects({
      client: this.#context.client,
      ownerResource: replicaSets,
      owner: replicaSet,
      selector,
      resource: pods,
      candidates: [...owned, ...orphans].filter(isActive),
    });
    const terminating = owned.filter(
      (pod) => isTerminating(pod) && decideClaim(replicaSet, selector, pod) === 'keep',
    );
    return { active, terminating };
  }

  /** Creates or deletes Pods; returns the first failure. */
  async #manageReplicas(key: string, replicaSet: ReplicaSet, active: readonly Pod[]): Promise<unknown> {
    const related = () => this.#relatedPods(replicaSet);
    const plan = planReplicas(replicaSet, active, related, this.#context.clock.now());
    return 'create' in plan
      ? this.#createPods(key, replicaSet, plan.create)
      : this.#deletePods(key, replicaSet, plan.delete);
  }

  async #createPods(key: string, replicaSet: ReplicaSet, count: number): Promise<unknown> {
    if (count === 0) return undefined;
    this.#expectations.expectCreations(key, count);
    const { succeeded, error } = await slowStart(count, async () => {
      await this.#podControl.create(replicaSet, replicaSet.spec?.template);
    });
    for (let skipped = succeeded; skipped < count; skipped++) this.#expectations.creationObserved(key);
    return error;
  }

  async #deletePods(key: string, replicaSet: ReplicaSet, chosen: readonly Pod[]): Promise<unknown> {
    const uids = chosen.map(({ metadata }) => metadata.uid ?? '');
    this.#expectations.expectDeletions(key, uids);
    const results = await Promise.allSettled(chosen.map((pod) => this.#deletePod(key, replicaSet, pod)));
    return results.find((result) => result.status === 'rejected')?.reason;
  }

  async #deletePod(key: string, replicaSet: ReplicaSet, pod: Pod): Promise<void> {
    let isDeleted = false;
    try {
      isDeleted = await this.#podControl.delete(replicaSet, pod);
    } finally {
      if (!isDeleted) this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
    }
  }

  /** The Pods of all ReplicaSets that this one's owner has. */
  #relatedPods(replicaSet: ReplicaSet): Pod[] {
    const family = controllerOf(replicaSet);
    const relatives = family
      ? this.#sets.store.ownedBy(family.uid).filter((set) => controllerOf(set)?.uid === family.uid)
      : [replicaSet];
    return relatives.flatMap(({ metadata }) => this.#pods.store.ownedBy(metadata.uid ?? ''));
  }

  async #writeStatus(observed: ReplicaSet, status: ReplicaSetStatus): Promise<void> {
    const { client } = this.#context;
    if (!statusDiffers(observed.status, status)) return;
    try {
      await client.update(replicaSets, { ...observed, status }, 'status');
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error)) throw error;
      // The cache is behind, often by our own last write; the counts are true all the same.
      const { namespace, name = '', uid } = observed.metadata;
      const live = await client.get(replicaSets, { namespace, name });
      if (live.metadata.uid === uid) await client.update(replicaSets, { ...live, status }, 'status');
    }
  }

  /** Syncs again when the next ready Pod will have been ready for long enough. */
  #syncAgainWhenAvailable(
    key: string,
    replicaSet: ReplicaSet,
    active: readonly Pod[],
    status: ReplicaSetStatus,
  ): void {
    const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
    if (minReadySeconds === 0 || status.readyReplicas === status.availableReplicas) return;
    const nextMs = nextAvailabilityMs(active, minReadySeconds, this.#context.clock.now());
    this.#controller.queue.addAfter(key, nextMs ?? minReadySeconds * 1000);
  }
}
