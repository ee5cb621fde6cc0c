import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { claimObjects, controllerOf, refersTo } from '../../runtime/workload/controller-ref.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { isEmptySelector, matchesSelector } from '../../selectors/label-selector.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import {
  type Deployment,
  deployments,
  type Pod,
  pods as podResource,
  type ReplicaSet,
  replicaSets,
} from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import {
  condition,
  type DeploymentCondition,
  type DeploymentStatus,
  deploymentStatus,
  hasProgressDeadline,
  isComplete,
  nextProgressCheckMs,
  rolloutStatus,
  withCondition,
} from './deployment-status.ts';
import { isRollingUpdate } from './fenceposts.ts';
import { splitGenerations } from './owned-replicasets.ts';
import { createReplicaSetWriter, type Sync } from './replicaset-writer.ts';
import { revisionAnnotation } from './revision.ts';
import { planRollout } from './rollout.ts';
import { planScaling, wasScaled } from './scaling.ts';

/** Rolls each Deployment's template out through ReplicaSets (Kubernetes: `pkg/controller/deployment`). */
export function createDeploymentController(
  context: ControllerContext,
  options: { workers: number },
): Controller {
  const { client, clock, informers, recorder } = context;
  const all = informers.of(deployments);
  const sets = informers.of(replicaSets);
  const pods = informers.of(podResource);
  const controller = createController(context, {
    name: 'deployment',
    workers: options.workers,
    maxRetries: 15,
    sync,
  });
  const { queue } = controller;
  const writer = createReplicaSetWriter(context);

  function ownerOf(replicaSet: ReplicaSet): Deployment | undefined {
    const reference = controllerOf(replicaSet);
    if (!reference || !refersTo(reference, deployments)) return undefined;
    const owner = all.store.get(`${replicaSet.metadata.namespace}/${reference.name}`);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  function enqueueOwner(replicaSet: ReplicaSet): void {
    const owner = ownerOf(replicaSet);
    if (owner) queue.add(objectKey(owner));
  }

  function enqueueAdopters(replicaSet: ReplicaSet): void {
    for (const deployment of all.store.inNamespace(replicaSet.metadata.namespace ?? '')) {
      const selector = deployment.spec?.selector;
      if (!isEmptySelector(selector) && matchesSelector(selector, replicaSet.metadata.labels))
        queue.add(objectKey(deployment));
    }
  }

  all.addHandler({
    add: (deployment) => queue.add(objectKey(deployment)),
    update: (_, deployment) => queue.add(objectKey(deployment)),
    delete: (deployment) => queue.add(objectKey(deployment)),
  });
  sets.addHandler({
    add: (set) => (controllerOf(set) ? enqueueOwner(set) : enqueueAdopters(set)),
    update(before, set) {
      if (controllerOf(before)?.uid !== controllerOf(set)?.uid) enqueueOwner(before);
      if (controllerOf(set)) enqueueOwner(set);
      else if (!semanticEqual(before.metadata, set.metadata)) enqueueAdopters(set);
    },
    delete: enqueueOwner,
  });
  // Only a Recreate waits for Pods themselves; a rolling update sees ReplicaSets' counts.
  function podEnded(pod: Pod): void {
    const reference = controllerOf(pod);
    const set = reference && sets.store.get(`${pod.metadata.namespace}/${reference.name}`);
    const deployment = set && ownerOf(set);
    if (deployment && !isRollingUpdate(deployment)) queue.add(objectKey(deployment));
  }

  pods.addHandler({
    update(before, pod) {
      if (!isTerminal(before) && isTerminal(pod)) podEnded(pod);
    },
    delete: podEnded,
  });

  async function sync(key: string): Promise<void> {
    const deployment = all.store.get(key);
    if (!deployment) return;
    const { selector } = deployment.spec ?? {};
    if (isEmptySelector(selector)) return refuseSelector(deployment);

    const { namespace = '', uid = '' } = deployment.metadata;
    const owned = await claimObjects({
      client,
      ownerResource: deployments,
      owner: deployment,
      selector,
      resource: replicaSets,
      candidates: sets.store
        .inNamespace(namespace)
        .filter((set) => !controllerOf(set) || controllerOf(set)?.uid === uid),
    });
    const state: Sync = {
      deployment,
      generations: splitGenerations(deployment, owned),
      conditions: deployment.status?.conditions ?? [],
      revision: undefined,
    };
    if (deployment.metadata.deletionTimestamp) return writeStatus(key, state, false);

    state.conditions = notePause(deployment, state.conditions, clock.now());
    const annotated = await writer.syncCurrent(state);
    if (deployment.spec?.paused || wasScaled(deployment, owned)) {
      for (const scaling of planScaling(deployment, annotated)) await writer.scale(deployment, scaling);
      if (deployment.spec?.paused) await writer.cleanUp(deployment, annotated.old);
      return writeStatus(key, state, false);
    }

    const step = planRollout(deployment, annotated, ({ metadata }) => pods.store.ownedBy(metadata.uid ?? ''));
    if (step.create !== undefined) await writer.create(state, step.create);
    for (const scaling of step.scalings) await writer.scale(deployment, scaling);
    if (step.create === undefined && step.scalings.length === 0 && isComplete(deployment, deployment.status))
      await writer.cleanUp(deployment, annotated.old);
    await writeStatus(key, state, true);
  }

  async function writeStatus(key: string, state: Sync, rollingOut: boolean): Promise<void> {
    const { deployment, generations, conditions, revision } = state;
    const nowMs = clock.now();
    const observation = { deployment, ...generations, conditions, nowMs };
    const status = rollingOut ? rolloutStatus(observation) : deploymentStatus(observation);
    const annotations = {
      ...deployment.metadata.annotations,
      ...(revision === undefined ? {} : { [revisionAnnotation]: revision }),
    };
    const sameRevision = semanticEqual({ annotations }, { annotations: deployment.metadata.annotations });
    if (sameRevision && sameStatus(deployment.status, status)) {
      const checkMs = rollingOut ? nextProgressCheckMs(deployment, status, nowMs) : undefined;
      if (checkMs !== undefined) queue.addAfter(key, checkMs);
      return;
    }
    const written = { ...deployment, metadata: { ...deployment.metadata, annotations }, status };
    try {
      await client.update(deployments, written, 'status');
    } catch (error) {
      // A conflict says that our cache is behind: again, a little later.
      if (!isNotFound(error)) throw error;
    }
  }

  async function refuseSelector(deployment: Deployment): Promise<void> {
    recorder.event(deployment, {
      type: 'Warning',
      reason: 'SelectingAll',
      message: 'This deployment is selecting all pods. A non-empty selector is required.',
    });
    const { generation = 0 } = deployment.metadata;
    if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
    const status = { ...deployment.status, observedGeneration: generation };
    await client.update(deployments, { ...deployment, status }, 'status');
  }

  return controller;
}

/** Marks the pause and its end in `Progressing`, so that paused time does not count as lack of progress. */
function notePause(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): readonly DeploymentCondition[] {
  if (!hasProgressDeadline(deployment)) return conditions;
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return conditions;
  const noted = progressing?.reason === 'DeploymentPaused';
  const paused = deployment.spec?.paused ?? false;
  if (paused === noted) return conditions;
  const words = paused
    ? (['DeploymentPaused', 'Deployment is paused'] as const)
    : (['DeploymentResumed', 'Deployment is resumed'] as const);
  return withCondition(conditions, condition('Progressing', 'Unknown', words, nowMs));
}

function sameStatus(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const numbers = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ] as const;
  return (
    numbers.every((field) => (before?.[field] ?? 0) === (after[field] ?? 0)) &&
    before?.terminatingReplicas === after.terminatingReplicas &&
    before?.collisionCount === after.collisionCount &&
    semanticEqual(before?.conditions ?? [], after.conditions ?? [])
  );
}
