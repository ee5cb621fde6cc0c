import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeleteOptions } from '../rest.ts';
import type { GarbageCollection } from '../strategy.ts';

/** Asks the garbage collector to let dependents live. */
export const orphanFinalizer = 'orphan';
/** Asks the garbage collector to delete dependents first. */
export const foregroundFinalizer = 'foregroundDeletion';

function wantsOrphan(
  policy: GarbageCollection,
  finalizers: readonly string[],
  options: DeleteOptions,
): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  if (finalizers.includes(orphanFinalizer)) return true;
  if (finalizers.includes(foregroundFinalizer)) return false;
  return policy === 'OrphanDependents';
}

function wantsForeground(finalizers: readonly string[], options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  return !finalizers.includes(orphanFinalizer) && finalizers.includes(foregroundFinalizer);
}

/**
 * The finalizers that the deletion's propagation policy asks for, or undefined when they are right already
 * (Kubernetes: `registry.deletionFinalizersForGarbageCollection`).
 */
export function deletionFinalizers(
  { metadata }: KubeObject,
  policy: GarbageCollection,
  options: DeleteOptions,
): string[] | undefined {
  if (policy === 'Unsupported') return undefined;
  const finalizers = metadata.finalizers ?? [];
  const wanted = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (wantsOrphan(policy, finalizers, options)) wanted.push(orphanFinalizer);
  if (wantsForeground(finalizers, options)) wanted.push(foregroundFinalizer);
  const same = wanted.length === finalizers.length && wanted.every((name) => finalizers.includes(name));
  return same ? undefined : wanted;
}
