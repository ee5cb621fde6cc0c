import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { controllerOf } from '../../runtime/workload/controller-ref.ts';
import { type Deployment, deployments, type ReplicaSet, replicaSets } from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import {
  condition,
  type DeploymentCondition,
  hasProgressDeadline,
  withCondition,
} from './deployment-status.ts';
import { newReplicaSet } from './new-replicaset.ts';
import { type Generations, sameTemplate, sizeOf } from './owned-replicasets.ts';
import {
  annotationsOfCurrent,
  byRevision,
  nextRevision,
  revisionAnnotation,
  sizeAnnotations,
} from './revision.ts';
import type { Scaling } from './scaling.ts';

const noLimit = 2 ** 31 - 1;

/** What one sync of a Deployment works on and changes. */
export interface Sync {
  deployment: Deployment;
  generations: Generations;
  conditions: readonly DeploymentCondition[];
  /** The revision that the Deployment should show. */
  revision: string | undefined;
}

/** Writes what a sync decided about ReplicaSets, and records events of the Deployment. */
export class ReplicaSetWriter {
  readonly #context: Pick<ControllerContext, 'client' | 'clock' | 'recorder'>;

  constructor(context: Pick<ControllerContext, 'client' | 'clock' | 'recorder'>) {
    this.#context = context;
  }

  /**
   * Brings the current ReplicaSet's annotations and minReadySeconds up to date; a rollback gets its revision
   * here.
   */
  async syncCurrent(state: Sync): Promise<void> {
    const { client } = this.#context;
    const { deployment, generations, conditions } = state;
    const { current, old } = generations;
    if (!current) return;
    const annotations = annotationsOfCurrent(deployment, current, nextRevision(old));
    const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
    state.revision = annotations[revisionAnnotation];
    if (!conditions.some(({ type }) => type === 'Progressing'))
      this.#setProgressing(state, 'FoundNewReplicaSet', `Found new replica set "${current.metadata.name}"`);
    const same = semanticEqual({ annotations }, { annotations: current.metadata.annotations });
    if (same && (current.spec?.minReadySeconds ?? 0) === minReadySeconds) return;
    const updated = await client.update(replicaSets, {
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: { ...(current.spec as NonNullable<ReplicaSet['spec']>), minReadySeconds },
    });
    state.generations = { current: updated, old };
  }

  /** Creates the ReplicaSet of the template. Rejects on a hash collision, which the next sync resolves. */
  async create(state: Sync, replicas: number): Promise<void> {
    const { deployment } = state;
    const wanted = newReplicaSet(deployment, replicas, nextRevision(state.generations.old));
    const name = wanted.metadata.name ?? '';
    let created: ReplicaSet;
    try {
      created = await this.#context.client.create(replicaSets, wanted);
    } catch (error) {
      const isOurs = await this.#handleFailure(state, wanted, error);
      if (isOurs) return;
      throw error;
    }
    if (replicas > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
      this.#context.recorder.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
    }
    takeAsCurrent(state, created);
    this.#setProgressing(state, 'NewReplicaSetCreated', `Created new replica set "${name}"`);
  }

  /** Writes the size of a ReplicaSet, and the Deployment's size into its annotations. */
  async scale(deployment: Deployment, { replicaSet, replicas }: Scaling): Promise<void> {
    const { client, recorder } = this.#context;
    const before = sizeOf(replicaSet);
    const annotations = { ...replicaSet.metadata.annotations, ...sizeAnnotations(deployment) };
    const same = semanticEqual({ annotations }, { annotations: replicaSet.metadata.annotations });
    if (before === replicas && same) return;
    await client.update(replicaSets, {
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations },
      spec: { ...(replicaSet.spec as NonNullable<ReplicaSet['spec']>), replicas },
    });
    if (before === replicas) return;
    const direction = before < replicas ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${replicas}`;
    recorder.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }

  /** Deletes the oldest ReplicaSets beyond the history limit, if they are empty. */
  async cleanUp({ spec }: Deployment, old: readonly ReplicaSet[]): Promise<void> {
    const limit = spec?.revisionHistoryLimit;
    if (limit === undefined || limit === noLimit) return;
    const present = old.filter(({ metadata }) => !metadata.deletionTimestamp).sort(byRevision);
    for (const { metadata, status, ...replicaSet } of present.slice(0, Math.max(0, present.length - limit))) {
      const isObserved = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
      if ((status?.replicas ?? 0) !== 0 || (replicaSet.spec?.replicas ?? 1) !== 0 || !isObserved) continue;
      const { namespace, name = '' } = metadata;
      await this.#context.client.delete(replicaSets, { namespace, name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }

  /** Handles an error of `create`; returns true where the ReplicaSet exists already as it is wanted. */
  async #handleFailure(state: Sync, wanted: ReplicaSet, error: unknown): Promise<boolean> {
    if (!isAlreadyExists(error)) {
      if (!isNamespaceTerminating(error)) await this.#reportFailure(state, wanted.metadata.name ?? '', error);
      return false;
    }
    const { client } = this.#context;
    const { deployment } = state;
    const { namespace, name = '' } = wanted.metadata;
    const existing = await client.get(replicaSets, { namespace, name });
    const isOurs = controllerOf(existing)?.uid === deployment.metadata.uid;
    if (isOurs && sameTemplate(existing.spec?.template, deployment.spec?.template)) {
      // Our cache does not show yet what we created before.
      takeAsCurrent(state, existing);
      return true;
    }
    // Another template with the same hash: count it, and the next sync gets another hash.
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    await client.update(deployments, { ...deployment, status }, 'status');
    return false;
  }

  async #reportFailure({ deployment, conditions }: Sync, name: string, error: unknown): Promise<void> {
    const { client, clock, recorder } = this.#context;
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : String(error)}`;
    recorder.event(deployment, { type: 'Warning', reason, message });
    if (!hasProgressDeadline(deployment)) return;
    const failed = condition('Progressing', 'False', [reason, message], clock.now());
    const status = { ...deployment.status, conditions: withCondition(conditions, failed) };
    // The failure itself is thrown; that it could not be written to the status is less important.
    await client.update(deployments, { ...deployment, status }, 'status').catch(() => undefined);
  }

  #setProgressing(state: Sync, reason: string, message: string): void {
    if (!hasProgressDeadline(state.deployment)) return;
    const progressing = condition('Progressing', 'True', [reason, message], this.#context.clock.now());
    state.conditions = withCondition(state.conditions, progressing);
  }
}

function takeAsCurrent(state: Sync, current: ReplicaSet): void {
  state.generations = { ...state.generations, current };
  state.revision = current.metadata.annotations?.[revisionAnnotation];
}
