import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { atLeastZero } from '../../fields/rules.ts';

type Counts = Record<string, number | undefined>;

const countsOf = (object: KubeObject) => (object['status'] ?? {}) as Counts;

/** What must not be more than what. */
type Bound = readonly [part: string, whole: string, words: string];

function validateCounts(
  object: KubeObject,
  names: readonly string[],
  bounds: readonly Bound[],
): FieldError[] {
  const counts = countsOf(object);
  return [
    ...names.flatMap((name) => atLeastZero(`status.${name}`, counts[name])),
    ...bounds
      .filter(([part, whole]) => (counts[part] ?? 0) > (counts[whole] ?? 0))
      .map(([part, , words]) =>
        invalidValue(`status.${part}`, counts[part] ?? 0, `cannot be greater than ${words}`),
      ),
  ];
}

const ofReplicas = (...names: string[]): Bound[] =>
  names.map((name) => [name, 'replicas', 'status.replicas'] as const);

/** How often names of revisions clashed never becomes less (Kubernetes: `apivalidation.IsDecremented`). */
function validateCollisions(object: KubeObject, old: KubeObject): FieldError[] {
  const [count, before] = [countsOf(object)['collisionCount'], countsOf(old)['collisionCount']];
  return before !== undefined && (count === undefined || count < before)
    ? [invalidValue('status.collisionCount', count ?? 0, 'cannot be decremented')]
    : [];
}

/** Kubernetes: `apps/validation.ValidateReplicaSetStatus`, and that of ReplicationControllers. */
export function validateReplicaSetStatus(object: KubeObject): FieldError[] {
  return validateCounts(
    object,
    [
      'replicas',
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
      'terminatingReplicas',
      'observedGeneration',
    ],
    [
      ...ofReplicas('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ],
  );
}

/** Kubernetes: `apps/validation.ValidateDeploymentStatus`. */
export function validateDeploymentStatus(object: KubeObject, old: KubeObject): FieldError[] {
  const names = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('updatedReplicas', 'readyReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}

/** Kubernetes: `apps/validation.validateDaemonSetStatus`. */
export function validateDaemonSetStatus(object: KubeObject, old: KubeObject): FieldError[] {
  const names = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ];
  return [...validateCounts(object, names, []), ...validateCollisions(object, old)];
}

/** Kubernetes: `apps/validation.ValidateStatefulSetStatus`. */
export function validateStatefulSetStatus(object: KubeObject, old: KubeObject): FieldError[] {
  const names = [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}

/** Kubernetes: `autoscaling/validation.ValidateHorizontalPodAutoscalerStatusUpdate`. */
export function validateAutoscalerStatus(object: KubeObject): FieldError[] {
  return validateCounts(object, ['currentReplicas', 'desiredReplicas'], []);
}
