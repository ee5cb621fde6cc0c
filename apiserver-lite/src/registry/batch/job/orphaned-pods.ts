import type { DeleteOptions } from '../../rest.ts';

/**
 * A deletion of a Job that does not say what becomes of its Pods gets a warning that they stay (Kubernetes:
 * `batch/job/storage`).
 */
export function orphanedPodsWarning({ propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  return propagationPolicy === undefined && orphanDependents === undefined
    ? [
        'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
      ]
    : [];
}
