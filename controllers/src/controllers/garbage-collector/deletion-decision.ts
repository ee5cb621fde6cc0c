import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { foregroundFinalizer, orphanFinalizer } from './dependency-graph.ts';

/** The owners of an object by their states (Kubernetes: `classifyReferences`). */
export interface Classified {
  /** Exist, and do not wait for their dependents. */
  solid: OwnerReference[];
  /** Do not exist. */
  dangling: OwnerReference[];
  /** Are deleted in the foreground, and wait for this object among others. */
  waiting: OwnerReference[];
}

/** What to do with an object: nothing, remove references to owners (by uid), or delete it. */
export type DeletionDecision =
  | { action: 'keep' }
  | { action: 'unlink'; owners: string[] }
  | { action: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan' };

/** Decides what to do with an object that has owners (Kubernetes: `attemptToDeleteItem`). */
export function decide(
  { solid, dangling, waiting }: Classified,
  finalizers: readonly string[],
  hasDependents: boolean,
): DeletionDecision {
  if (solid.length > 0) {
    const owners = [...dangling, ...waiting].map(({ uid }) => uid);
    return owners.length === 0 ? { action: 'keep' } : { action: 'unlink', owners };
  }
  // The owner waits until all its dependents are gone: so must this one.
  if (waiting.length > 0 && hasDependents) return { action: 'delete', policy: 'Foreground' };
  if (finalizers.includes(orphanFinalizer)) return { action: 'delete', policy: 'Orphan' };
  if (finalizers.includes(foregroundFinalizer)) return { action: 'delete', policy: 'Foreground' };
  return { action: 'delete', policy: 'Background' };
}
