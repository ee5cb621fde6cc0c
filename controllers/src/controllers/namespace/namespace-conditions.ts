import { formatTime } from '../../runtime/clock.ts';
import type { Namespace } from '../../runtime/client/resource.ts';

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** What happened when the content of a namespace was deleted. */
export interface Progress {
  discoveryError?: Error;
  /** Failures to delete or list. */
  contentErrors: Error[];
  /**
   * `pods.` → how many are left; a resource of the core group ends with the dot, as in
   * kube-controller-manager's messages.
   */
  remaining: Map<string, number>;
  /** Finalizer → how many objects wait for it. */
  finalizers: Map<string, number>;
}

const healthy = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  [
    'NamespaceDeletionGroupVersionParsingFailure',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
] as const;

/**
 * The conditions of a namespace that is being emptied; the same object when nothing changed (Kubernetes:
 * `namespace/deletion`).
 */
export function namespaceConditions(
  before: readonly Condition[] | undefined,
  progress: Progress,
  nowMs: number,
): readonly Condition[] | undefined {
  const troubles = troublesOf(progress);
  const conditions = [...(before ?? [])];
  let changed = false;
  for (const [type, okReason, okMessage] of healthy) {
    const [reason, message] = troubles.get(type) ?? [okReason, okMessage];
    const status = troubles.has(type) ? 'True' : 'False';
    const index = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[index];
    if (old?.status === status && old.reason === reason && old.message === message) continue;
    changed = true;
    const since = old?.status === status ? old.lastTransitionTime : undefined;
    const next: Condition = { type, status, reason, message, lastTransitionTime: since ?? formatTime(nowMs) };
    if (old) conditions[index] = next;
    else conditions.push(next);
  }
  return changed ? conditions : before;
}

function troublesOf({ discoveryError, contentErrors, remaining, finalizers }: Progress) {
  const troubles = new Map<string, readonly [reason: string, message: string]>();
  if (discoveryError)
    troubles.set('NamespaceDeletionDiscoveryFailure', ['DiscoveryFailed', discoveryError.message]);
  if (contentErrors.length > 0) {
    const messages = contentErrors.map(({ message }) => message).sort();
    troubles.set('NamespaceDeletionContentFailure', [
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${messages.length} remaining: ${messages.join(', ')}`,
    ]);
  }
  if (remaining.size > 0) {
    const parts = [...remaining]
      .map(([resource, count]) => `${resource} has ${count} resource instances`)
      .sort();
    troubles.set('NamespaceContentRemaining', [
      'SomeResourcesRemain',
      `Some resources are remaining: ${parts.join(', ')}`,
    ]);
  }
  if (finalizers.size > 0) {
    const parts = [...finalizers]
      .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
      .sort();
    troubles.set('NamespaceFinalizersRemaining', [
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`,
    ]);
  }
  return troubles;
}
