import type { Informer } from '../../runtime/cache/informer.ts';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import {
  type Deployment,
  deployments,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import { claimObjects, controllerOf } from '../../runtime/workload/controller-ref.ts';
import { adoptersIn, ownerIn } from '../../runtime/workload/owners.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { isEmptySelector } from '../../selectors/label-selector.ts';
import {
  condition,
  type DeploymentCondition,
  deploymentStatus,
  hasProgressDeadline,
  isComplete,
  nextProgressCheckMs,
  rolloutStatus,
  sameStatus,
  withCondition,
} from './deployment-status.ts';
import { isRollingUpdate } from './fenceposts.ts';
import { splitGenerations } from './owned-replicasets.ts';
import { ReplicaSetWriter, type Sync } from './replicaset-writer.ts';
import { revisionAnnotation } from './revision.ts';
import { planRollout } from './rollout.ts';
import { planScaling, wasScaled } from './scaling.ts';

/** kube-controller-manager's `maxRetries` of Deployments. */
const maxRetries = 15;

/** Rolls each Deployment's template out through ReplicaSets (Kubernetes: `pkg/controller/deployment`). */
export class DeploymentController implements Worker {
  readonly #context: ControllerContext;
  readonly #deployments: Informer<Deployment>;
  readonly #sets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;
  readonly #writer: ReplicaSetWriter;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#deployments = context.informers.of(deployments);
    this.#sets = context.informers.of(replicaSets);
    this.#pods = context.informers.of(pods);
    this.#writer = new ReplicaSetWriter(context);
    this.#controller = createController(context, {
      name: 'deployment',
      workers,
      maxRetries,
      sync: (key) => this.#sync(key),
    });
    this.#deployments.addHandler({
      add: (deployment) => this.#enqueue(deployment),
      update: (_, deployment) => this.#enqueue(deployment),
      delete: (deployment) => this.#enqueue(deployment),
    });
    this.#sets.addHandler({
      add: (set) => (controllerOf(set) ? this.#enqueueOwner(set) : this.#enqueueAdopters(set)),
      update: (before, set) => this.#setUpdated(before, set),
      delete: (set) => this.#enqueueOwner(set),
    });
    this.#pods.addHandler({
      update: (before, pod) => {
        if (!isTerminal(before) && isTerminal(pod)) this.#podEnded(pod);
      },
      delete: (pod) => this.#podEnded(pod),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(deployment: Deployment): void {
    this.#controller.queue.add(objectKey(deployment));
  }

  #enqueueOwner(set: ReplicaSet): void {
    const owner = ownerIn(this.#deployments, set);
    if (owner) this.#enqueue(owner);
  }

  #enqueueAdopters(set: ReplicaSet): void {
    for (const deployment of adoptersIn(this.#deployments, set)) this.#enqueue(deployment);
  }

  #setUpdated(before: ReplicaSet, set: ReplicaSet): void {
    if (controllerOf(before)?.uid !== controllerOf(set)?.uid) this.#enqueueOwner(before);
    if (controllerOf(set)) this.#enqueueOwner(set);
    else if (!semanticEqual(before.metadata, set.metadata)) this.#enqueueAdopters(set);
  }

  /** Only a Recreate waits for Pods themselves; a rolling update reads the counts of ReplicaSets. */
  #podEnded(pod: Pod): void {
    const reference = controllerOf(pod);
    const set = reference && this.#sets.store.get(`${pod.metadata.namespace}/${reference.name}`);
    const deployment = set && ownerIn(this.#deployments, set);
    if (deployment && !isRollingUpdate(deployment)) this.#enqueue(deployment);
  }

  async #sync(key: string): Promise<void> {
    const deployment = this.#deployments.store.get(key);
    if (!deployment) return;
    if (isEmptySelector(deployment.spec?.selector)) return this.#refuseSelector(deployment);
    const owned = await this.#claimReplicaSets(deployment);
    const state: Sync = {
      deployment,
      generations: splitGenerations(deployment, owned),
      conditions: deployment.status?.conditions ?? [],
      revision: undefined,
    };
    if (deployment.metadata.deletionTimestamp) return this.#writeStatus(key, state, false);
    state.conditions = conditionsWithPause(deployment, state.conditions, this.#context.clock.now());
    await this.#writer.syncCurrent(state);
    const isRollingOut = !deployment.spec?.paused && !wasScaled(deployment, owned);
    await (isRollingOut ? this.#rollOut(state) : this.#scale(state));
    await this.#writeStatus(key, state, isRollingOut);
  }

  /** Adopts and releases ReplicaSets; returns those that the Deployment has afterwards. */
  #claimReplicaSets(deployment: Deployment): Promise<ReplicaSet[]> {
    const { namespace = '', uid = '' } = deployment.metadata;
    return claimObjects({
      client: this.#context.client,
      ownerResource: deployments,
      owner: deployment,
      selector: deployment.spec?.selector,
      resource: replicaSets,
      candidates: this.#sets.store
        .inNamespace(namespace)
        .filter((set) => !controllerOf(set) || controllerOf(set)?.uid === uid),
    });
  }

  /** Scales what is there, without a further step of the rollout. */
  async #scale({ deployment, generations }: Sync): Promise<void> {
    for (const scaling of planScaling(deployment, generations)) await this.#writer.scale(deployment, scaling);
    if (deployment.spec?.paused) await this.#writer.cleanUp(deployment, generations.old);
  }

  /** Takes the next step of the rollout. */
  async #rollOut(state: Sync): Promise<void> {
    const { deployment, generations } = state;
    const podsOf = ({ metadata }: ReplicaSet) => this.#pods.store.ownedBy(metadata.uid ?? '');
    const { create, scalings } = planRollout(deployment, generations, podsOf);
    if (create !== undefined) await this.#writer.create(state, create);
    for (const scaling of scalings) await this.#writer.scale(deployment, scaling);
    if (create === undefined && scalings.length === 0 && isComplete(deployment, deployment.status))
      await this.#writer.cleanUp(deployment, generations.old);
  }

  async #writeStatus(key: string, state: Sync, isRollingOut: boolean): Promise<void> {
    const { deployment, generations, conditions, revision } = state;
    const nowMs = this.#context.clock.now();
    const observation = { deployment, ...generations, conditions, nowMs };
    const status = isRollingOut ? rolloutStatus(observation) : deploymentStatus(observation);
    const annotations = {
      ...deployment.metadata.annotations,
      ...(revision === undefined ? {} : { [revisionAnnotation]: revision }),
    };
    const sameRevision = semanticEqual({ annotations }, { annotations: deployment.metadata.annotations });
    if (sameRevision && sameStatus(deployment.status, status)) {
      const checkMs = isRollingOut ? nextProgressCheckMs(deployment, status, nowMs) : undefined;
      if (checkMs !== undefined) this.#controller.queue.addAfter(key, checkMs);
      return;
    }
    const written = { ...deployment, metadata: { ...deployment.metadata, annotations }, status };
    try {
      await this.#context.client.update(deployments, written, 'status');
    } catch (error) {
      // A conflict says that our cache is behind: the key is tried again, a little later.
      if (!isNotFound(error)) throw error;
    }
  }

  async #refuseSelector(deployment: Deployment): Promise<void> {
    this.#context.recorder.event(deployment, {
      type: 'Warning',
      reason: 'SelectingAll',
      message: 'This deployment is selecting all pods. A non-empty selector is required.',
    });
    const { generation = 0 } = deployment.metadata;
    if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
    const status = { ...deployment.status, observedGeneration: generation };
    await this.#context.client.update(deployments, { ...deployment, status }, 'status');
  }
}

/**
 * The conditions with a pause or its end in `Progressing`, so that paused time does not count as lack of
 * progress.
 */
function conditionsWithPause(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): readonly DeploymentCondition[] {
  if (!hasProgressDeadline(deployment)) return conditions;
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return conditions;
  const isNoted = progressing?.reason === 'DeploymentPaused';
  const isPaused = deployment.spec?.paused ?? false;
  if (isPaused === isNoted) return conditions;
  const reasonAndMessage = isPaused
    ? (['DeploymentPaused', 'Deployment is paused'] as const)
    : (['DeploymentResumed', 'Deployment is resumed'] as const);
  return withCondition(conditions, condition('Progressing', 'Unknown', reasonAndMessage, nowMs));
}
