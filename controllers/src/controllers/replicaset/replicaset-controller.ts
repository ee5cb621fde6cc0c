import { isConflict, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { claimObjects, controllerOf, decideClaim, refersTo } from '../../runtime/workload/controller-ref.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { Expectations } from '../../runtime/workload/expectations.ts';
import { isEmptySelector, matchesSelector } from '../../selectors/label-selector.ts';
import { isActive, isReady, isTerminating } from '../../runtime/workload/pod-state.ts';
import {
  type Pod,
  pods as podResource,
  type ReplicaSet,
  replicaSets,
} from '../../runtime/client/resource.ts';
import { slowStart } from '../../runtime/workload/slow-start.ts';
import { choosePodsToDelete } from '../../runtime/workload/deletion-order.ts';
import { podFromTemplate } from '../../runtime/workload/pod-from-template.ts';
import {
  nextAvailabilityMs,
  replicaSetStatus,
  type ReplicaSetStatus,
  statusDiffers,
} from './replicaset-status.ts';

/** No more Pods than this are created or deleted before their events were seen. */
const burstReplicas = 500;
const orphanIndex = 'orphan';

/** What to do about the number of Pods. */
export type ReplicaPlan = { create: number } | { delete: Pod[] };

/** Decides how many Pods to create, or which to delete. */
export function planReplicas(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  related: () => readonly Pod[],
  nowMs: number,
): ReplicaPlan {
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing >= 0) return { create: Math.min(missing, burstReplicas) };
  return { delete: choosePodsToDelete(active, related(), Math.min(-missing, burstReplicas), nowMs) };
}

/** Keeps as many Pods of a template alive as each ReplicaSet wants (Kubernetes: `pkg/controller/replicaset`). */
export function createReplicaSetController(
  context: ControllerContext,
  options: { workers: number },
): Controller {
  const { client, clock, informers, recorder } = context;
  const sets = informers.of(replicaSets);
  const pods = informers.of(podResource);
  const expectations = new Expectations(clock);
  pods.addIndex(orphanIndex, (pod) => (controllerOf(pod) ? [] : [pod.metadata.namespace ?? '']));

  const controller = createController(context, { name: 'replicaset', workers: options.workers, sync });
  const { queue } = controller;

  function ownerOf(pod: Pod): ReplicaSet | undefined {
    const reference = controllerOf(pod);
    if (!reference || !refersTo(reference, replicaSets)) return undefined;
    const owner = sets.store.get(`${pod.metadata.namespace}/${reference.name}`);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  function enqueueAdopters(pod: Pod): void {
    for (const set of sets.store.inNamespace(pod.metadata.namespace ?? '')) {
      const selector = set.spec?.selector;
      if (!isEmptySelector(selector) && matchesSelector(selector, pod.metadata.labels))
        queue.add(objectKey(set));
    }
  }

  function podGoing(pod: Pod): void {
    const owner = ownerOf(pod);
    if (!owner) return;
    expectations.deletionObserved(objectKey(owner), pod.metadata.uid ?? '');
    queue.add(objectKey(owner));
  }

  sets.addHandler({
    add: (set) => queue.add(objectKey(set)),
    update: (_, set) => queue.add(objectKey(set)),
    delete(set) {
      expectations.forget(objectKey(set));
      queue.add(objectKey(set));
    },
  });

  pods.addHandler({
    add(pod) {
      if (pod.metadata.deletionTimestamp) return podGoing(pod);
      if (!controllerOf(pod)) return enqueueAdopters(pod);
      const owner = ownerOf(pod);
      if (!owner) return;
      expectations.creationObserved(objectKey(owner));
      queue.add(objectKey(owner));
    },
    update(before, pod) {
      // Marked for deletion: a replacement is wanted now, not when the kubelet is done.
      if (pod.metadata.deletionTimestamp) return podGoing(pod);
      const oldRef = controllerOf(before);
      const newRef = controllerOf(pod);
      const refChanged = oldRef?.uid !== newRef?.uid;
      const previous = refChanged ? ownerOf(before) : undefined;
      if (previous) queue.add(objectKey(previous));
      if (newRef) {
        const owner = ownerOf(pod);
        if (!owner) return;
        queue.add(objectKey(owner));
        const minReadyMs = (owner.spec?.minReadySeconds ?? 0) * 1000;
        if (minReadyMs > 0 && !isReady(before) && isReady(pod)) queue.addAfter(objectKey(owner), minReadyMs);
        return;
      }
      const labelsChanged = JSON.stringify(before.metadata.labels) !== JSON.stringify(pod.metadata.labels);
      if (refChanged || labelsChanged) enqueueAdopters(pod);
    },
    delete: podGoing,
  });

  async function sync(key: string): Promise<void> {
    const replicaSet = sets.store.get(key);
    if (!replicaSet) return expectations.forget(key);
    const counted = expectations.satisfied(key);
    const { uid = '', namespace = '' } = replicaSet.metadata;
    const selector = replicaSet.spec?.selector;
    const owned = pods.store.ownedBy(uid).filter((pod) => controllerOf(pod)?.uid === uid);
    const orphans = pods.store.byIndex(orphanIndex, namespace);
    const active = await claimObjects({
      client,
      ownerResource: replicaSets,
      owner: replicaSet,
      selector,
      resource: podResource,
      candidates: [...owned, ...orphans].filter(isActive),
    });
    const terminating = owned.filter(
      (pod) => isTerminating(pod) && decideClaim(replicaSet, selector, pod) === 'keep',
    );

    let failure: unknown;
    if (counted && !replicaSet.metadata.deletionTimestamp) failure = await manage(key, replicaSet, active);

    const nowMs = clock.now();
    const status = replicaSetStatus({ replicaSet, active, terminating, failure, nowMs });
    await writeStatus(replicaSet, status);
    if (failure !== undefined) throw failure;

    const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && status.readyReplicas !== status.availableReplicas)
      queue.addAfter(key, nextAvailabilityMs(active, minReadySeconds, nowMs) ?? minReadySeconds * 1000);
  }

  /** Creates or deletes; returns the first failure. */
  async function manage(key: string, replicaSet: ReplicaSet, active: readonly Pod[]): Promise<unknown> {
    const plan = planReplicas(replicaSet, active, () => relatedPods(replicaSet), clock.now());
    if ('create' in plan) {
      if (plan.create === 0) return undefined;
      expectations.expectCreations(key, plan.create);
      const { succeeded, error } = await slowStart(plan.create, () => createPod(replicaSet));
      for (let skipped = succeeded; skipped < plan.create; skipped++) expectations.creationObserved(key);
      return error;
    }
    expectations.expectDeletions(
      key,
      plan.delete.map(({ metadata }) => metadata.uid ?? ''),
    );
    const results = await Promise.allSettled(plan.delete.map((pod) => deletePod(key, replicaSet, pod)));
    return results.find((result) => result.status === 'rejected')?.reason;
  }

  async function createPod(replicaSet: ReplicaSet): Promise<void> {
    try {
      const pod = await client.create(podResource, podFromTemplate(replicaSet, replicaSet.spec?.template));
      const message = `Created pod: ${pod.metadata.name}`;
      recorder.event(replicaSet, { type: 'Normal', reason: 'SuccessfulCreate', message });
    } catch (error) {
      // Every further creation would fail too, and the ReplicaSet itself is about to go.
      if (isNamespaceTerminating(error)) return;
      const message = `Error creating: ${messageOf(error)}`;
      recorder.event(replicaSet, { type: 'Warning', reason: 'FailedCreate', message });
      throw error;
    }
  }

  async function deletePod(key: string, replicaSet: ReplicaSet, pod: Pod): Promise<void> {
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      await client.delete(podResource, { namespace, name }, { preconditions: { uid } });
      recorder.event(replicaSet, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${name}`,
      });
    } catch (error) {
      expectations.deletionObserved(key, uid);
      // Gone already, or replaced by another of its name.
      if (isNotFound(error) || isConflict(error)) return;
      const message = `Error deleting: ${messageOf(error)}`;
      recorder.event(replicaSet, { type: 'Warning', reason: 'FailedDelete', message });
      throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
    }
  }

  /** The Pods of all ReplicaSets that this one's owner has. */
  function relatedPods(replicaSet: ReplicaSet): Pod[] {
    const family = controllerOf(replicaSet);
    const relatives = family
      ? sets.store.ownedBy(family.uid).filter((set) => controllerOf(set)?.uid === family.uid)
      : [replicaSet];
    return relatives.flatMap(({ metadata }) => pods.store.ownedBy(metadata.uid ?? ''));
  }

  async function writeStatus(observed: ReplicaSet, status: ReplicaSetStatus): Promise<void> {
    if (!statusDiffers(observed.status, status)) return;
    try {
      await client.update(replicaSets, { ...observed, status }, 'status');
    } catch (error) {
      if (!isConflict(error)) {
        if (isNotFound(error)) return;
        throw error;
      }
      // Our cache is behind, often by our own last write; the counts are true all the same.
      const { namespace, name = '', uid } = observed.metadata;
      const live = await client.get(replicaSets, { namespace, name });
      if (live.metadata.uid === uid) await client.update(replicaSets, { ...live, status }, 'status');
    }
  }

  return controller;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
