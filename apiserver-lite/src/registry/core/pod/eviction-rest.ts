import type {
  V1Condition,
  V1Eviction,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodDisruptionBudgetStatus,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../../http/request-context.ts';
import {
  badRequest,
  forbidden,
  invalid,
  isReason,
  notFound,
  StatusError,
  tooManyRequests,
} from '../../../api-errors/status-error.ts';
import type { CachedObject } from '../../../storage/cached-object.ts';
import type { ResourceStorage } from '../../../storage/storage.ts';
import { copyOf } from '../../generic/copy-object.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { selects } from '../../fields/label-selector-text.ts';
import { storeRequest } from '../../generic/store-rest.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { validateDeleteOptions } from '../../generic/validate-delete-options.ts';
import { acceptObject, type CreateOptions, type DeleteOptions, type PropagationPolicy } from '../../rest.ts';
import type { TrackServerWrite } from '../../server-writes.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { setPodCondition } from './pod-condition.ts';

type Budget = V1PodDisruptionBudget;

const budgets = { group: 'policy', resource: 'poddisruptionbudgets' };
const maxDisruptedPods = 2000;
const violated = "Cannot evict pod as it would violate the pod's disruption budget.";
const success: KubeObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** 429 with the reason why this budget has nothing to spend. */
function refused(message: string, retryAfterSeconds: number): StatusError {
  const error = tooManyRequests(violated, retryAfterSeconds);
  error.status.details = { ...error.status.details, causes: [{ reason: 'DisruptionBudget', message }] };
  return error;
}

/** The budget after one more pod has gone; throws where it does not allow that. */
function spend(budget: Budget, pod: string, now: string): Budget {
  const name = budget.metadata.name ?? '';
  const status = budget.status ?? {};
  const allowed = status.disruptionsAllowed ?? 0;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (allowed < 0) throw forbidden(budgets, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > maxDisruptedPods) {
    throw forbidden(
      budgets,
      name,
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  }
  if (allowed === 0) {
    throw refused(
      `The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
      0,
    );
  }
  const next = copyOf(budget);
  next.status = {
    ...status,
    disruptionsAllowed: allowed - 1,
    disruptedPods: { ...status.disruptedPods, [pod]: now },
    ...(allowed === 1 ? { conditions: spentConditions(status, now) } : {}),
  };
  return next;
}

/**
 * What a budget says that allows nothing more (Kubernetes:
 * `poddisruptionbudget.UpdateDisruptionAllowedCondition`).
 */
function spentConditions(
  { conditions = [], observedGeneration }: V1PodDisruptionBudgetStatus,
  now: string,
): V1Condition[] {
  const type = 'DisruptionAllowed';
  const before = conditions.find((condition) => condition.type === type);
  const spent: V1Condition = {
    type,
    status: 'False',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: (before?.status === 'False' ? before.lastTransitionTime : undefined) ?? now,
    reason: 'InsufficientPods',
    message: '',
  };
  return before === undefined
    ? [...conditions, spent]
    : conditions.map((condition) => (condition === before ? spent : condition));
}

function isReady({ status }: V1Pod): boolean {
  const { conditions = [] } = status ?? {};
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** A pod that runs nothing, or is on its way out, takes nothing from a budget. */
function needsNoBudget({ metadata, status }: V1Pod): boolean {
  return status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined;
}

/** An unhealthy pod may go as the budget's policy says (KEP-3017). */
function spares(budget: Budget, pod: V1Pod): boolean {
  if (isReady(pod)) return false;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

interface EvictionOptions {
  pods: GenericStore;
  budgets: ResourceStorage;
  clock: () => number;
  track: TrackServerWrite;
}

/** `pods/eviction`: a deletion that asks the Pod's disruption budget first (Kubernetes: `EvictionREST`). */
export function evictPod({ pods, budgets: budgetStorage, clock, track }: EvictionOptions) {
  async function budgetOf(pod: CachedObject): Promise<Budget | undefined> {
    const { namespace = '', labels } = pod.object.metadata;
    const { items } = await budgetStorage.list({
      namespace,
      resourceVersion: '0',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    const matching = items
      .map(({ object }) => object as Budget)
      .filter(({ spec }) => spec?.selector !== undefined && selects(spec.selector, labels));
    if (matching.length > 1) {
      throw new StatusError(
        500,
        undefined,
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    }
    return matching[0];
  }

  return async (
    context: RequestContext,
    name: string,
    object: KubeObject,
    options: CreateOptions,
  ): Promise<KubeObject> => {
    const eviction = object as V1Eviction;
    if (eviction.metadata.name !== name) {
      throw badRequest('name in URL does not match name in Eviction object');
    }
    const asked = eviction.deleteOptions ?? {};
    if (asked.ignoreStoreReadErrorWithClusterBreakingPotential === true) {
      throw invalid({ group: 'policy', kind: 'Eviction' }, name, [
        invalidValue(
          'deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential',
          true,
          'can not be set for pod eviction, try after removing the option',
        ),
      ]);
    }
    await options.validate(eviction);
    const dryRun = options.dryRun || (asked.dryRun ?? []).length > 0;
    const request = storeRequest(context, clock, dryRun);
    const deletion: DeleteOptions = {
      dryRun,
      ...(asked.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: asked.gracePeriodSeconds }),
      ...(asked.preconditions === undefined ? {} : { preconditions: asked.preconditions }),
      ...(asked.propagationPolicy === undefined
        ? {}
        : { propagationPolicy: asked.propagationPolicy as PropagationPolicy }),
      ...(asked.orphanDependents === undefined ? {} : { orphanDependents: asked.orphanDependents }),
    };
    const pod = await pods.get(request, name, '');
    validateDeleteOptions(asked);
    if (!needsNoBudget(pod.object)) {
      const budget = await budgetOf(pod);
      if (budget !== undefined && !spares(budget, pod.object)) {
        const now = timestamp(clock());
        const key = { namespace: request.namespace, name: budget.metadata.name ?? '' };
        if (dryRun) spend(budget, name, now);
        else {
          await budgetStorage.guaranteedUpdate(key, (current) => {
            if (current === undefined) throw notFound(budgets, key.name);
            const object = spend(current.object as Budget, name, now);
            const resource = { name: budgets.resource };
            track({ resource, subresource: 'status', current: current.object, object });
            return object;
          });
        }
      }
      if (!dryRun) await announce(pods.storage, { namespace: request.namespace, name }, clock());
    }
    await pods.delete(request, name, { ...deletion, validate: acceptObject });
    return success;
  };
}

/** Says on the Pod why it ends (KEP-3329); a Pod that has gone meanwhile needs no word. */
async function announce(
  pods: ResourceStorage,
  key: { namespace: string; name: string },
  nowMs: number,
): Promise<void> {
  try {
    await pods.guaranteedUpdate(key, (current) => {
      if (current === undefined) throw notFound({ group: '', resource: 'pods' }, key.name);
      const next: V1Pod = copyOf(current.object);
      next.status = setPodCondition(
        next.status,
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
        },
        timestamp(nowMs),
      );
      return next;
    });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
