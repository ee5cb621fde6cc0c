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

/** Writes what a sync decided about ReplicaSets, and tells the Deployment's users. */
export interface ReplicaSetWriter {
  /** Brings the current ReplicaSet's annotations and minReadySeconds up to date; here a rollback gets its new revision. */
  syncCurrent(state: Sync): Promise<Generations>;
  /** Makes the ReplicaSet of the template. Rejects on a hash collision, which the next sync resolves. */
  create(state: Sync, replicas: number): Promise<void>;
  scale(deployment: Deployment, scaling: Scaling): Promise<void>;
  /** Deletes the oldest ReplicaSets beyond the history limit, if they are empty. */
  cleanUp(deployment: Deployment, old: readonly ReplicaSet[]): Promise<void>;
}

/** Makes a writer on a context's client and recorder. */
export function createReplicaSetWriter({ client, clock, recorder }: ControllerContext): ReplicaSetWriter {
  async function syncCurrent(state: Sync): Promise<Generations> {
    const { deployment, generations, conditions } = state;
    const { current, old } = generations;
    if (!current) return generations;
    const annotations = annotationsOfCurrent(deployment, current, nextRevision(old));
    const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
    state.revision = annotations[revisionAnnotation];
    if (hasProgressDeadline(deployment) && !conditions.some(({ type }) => type === 'Progressing')) {
      const words = ['FoundNewReplicaSet', `Found new replica set "${current.metadata.name}"`] as const;
      state.conditions = withCondition(conditions, condition('Progressing', 'True', words, clock.now()));
    }
    const same = semanticEqual({ annotations }, { annotations: current.metadata.annotations });
    if (same && (current.spec?.minReadySeconds ?? 0) === minReadySeconds) return generations;
    const updated = await client.update(replicaSets, {
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: { ...(current.spec as NonNullable<ReplicaSet['spec']>), minReadySeconds },
    });
    state.generations = { current: updated, old };
    return state.generations;
  }

  async function create(state: Sync, replicas: number): Promise<void> {
    const { deployment } = state;
    const made = newReplicaSet(deployment, replicas, nextRevision(state.generations.old));
    const { namespace, name = '' } = made.metadata;
    let created: ReplicaSet;
    try {
      created = await client.create(replicaSets, made);
    } catch (error) {
      if (isAlreadyExists(error)) {
        const existing = await client.get(replicaSets, { namespace, name });
        const ours = controllerOf(existing)?.uid === deployment.metadata.uid;
        if (ours && sameTemplate(existing.spec?.template, deployment.spec?.template)) {
          // Our cache has not seen what we made before.
          state.generations = { ...state.generations, current: existing };
          state.revision = existing.metadata.annotations?.[revisionAnnotation];
          return;
        }
        // Another template with the same hash: count it, and the next sync gets another hash.
        const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
        await client.update(
          deployments,
          { ...deployment, status: { ...deployment.status, collisionCount } },
          'status',
        );
      } else if (!isNamespaceTerminating(error)) await reportFailure(state, name, error);
      throw error;
    }
    if (replicas > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
      recorder.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
    }
    state.generations = { ...state.generations, current: created };
    state.revision = created.metadata.annotations?.[revisionAnnotation];
    if (hasProgressDeadline(deployment)) {
      const words = ['NewReplicaSetCreated', `Created new replica set "${name}"`] as const;
      state.conditions = withCondition(
        state.conditions,
        condition('Progressing', 'True', words, clock.now()),
      );
    }
  }

  async function reportFailure(
    { deployment, conditions }: Sync,
    name: string,
    error: unknown,
  ): Promise<void> {
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : String(error)}`;
    recorder.event(deployment, { type: 'Warning', reason, message });
    if (!hasProgressDeadline(deployment)) return;
    const failed = withCondition(
      conditions,
      condition('Progressing', 'False', [reason, message], clock.now()),
    );
    const status = { ...deployment.status, conditions: failed };
    // The failure itself matters more than whether it could be written down.
    await client.update(deployments, { ...deployment, status }, 'status').catch(() => undefined);
  }

  async function scale(deployment: Deployment, { replicaSet, replicas }: Scaling): Promise<void> {
    const before = sizeOf(replicaSet);
    const annotations = { ...replicaSet.metadata.annotations, ...sizeAnnotations(deployment) };
    if (
      before === replicas &&
      semanticEqual({ annotations }, { annotations: replicaSet.metadata.annotations })
    )
      return;
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

  async function cleanUp({ spec }: Deployment, old: readonly ReplicaSet[]): Promise<void> {
    const limit = spec?.revisionHistoryLimit;
    if (limit === undefined || limit === noLimit) return;
    const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp).sort(byRevision);
    for (const { metadata, status, ...replicaSet } of alive.slice(0, Math.max(0, alive.length - limit))) {
      const settled = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
      if ((status?.replicas ?? 0) !== 0 || (replicaSet.spec?.replicas ?? 1) !== 0 || !settled) continue;
      const { namespace, name = '' } = metadata;
      await client.delete(replicaSets, { namespace, name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }

  return { syncCurrent, create, scale, cleanUp };
}
