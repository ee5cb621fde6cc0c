import type { KubeObject } from '@pg8s/k8s-proto/object';
import { conflict } from '../../api-errors/status-error.ts';
import type { Preconditions } from '../../storage/storage.ts';
import type { DeleteOptions } from '../rest.ts';
import type { Strategy } from '../strategy.ts';
import { timestamp } from './timestamp.ts';

/** `pending`: a graceful deletion is under way and this request changes nothing about it. */
export type Grace = 'none' | 'graceful' | 'pending';

interface BeforeDelete {
  strategy: Strategy;
  object: KubeObject;
  options: DeleteOptions;
  nowMs: number;
}

/**
 * Begins or shortens a graceful deletion, writing deletionTimestamp and deletionGracePeriodSeconds into
 * `object` (Kubernetes: `rest.BeforeDelete`). A grace period may only become shorter.
 */
export function beforeDelete({ strategy, object, options, nowMs }: BeforeDelete): Grace {
  const { metadata } = object;
  checkMeant(strategy, object, options.preconditions);
  if (strategy.checkGracefulDelete === undefined) return 'none';
  const wanted = options.gracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined) {
    const current = metadata.deletionGracePeriodSeconds;
    if (current === undefined) return 'none';
    if (wanted === undefined) return 'pending';
    const seconds = wanted < 0 ? 1 : wanted;
    if (seconds >= current) return 'pending';
    const startedMs = Date.parse(metadata.deletionTimestamp) - current * 1000;
    metadata.deletionTimestamp = timestamp(startedMs + seconds * 1000);
    metadata.deletionGracePeriodSeconds = seconds;
    return 'graceful';
  }
  const seconds = strategy.checkGracefulDelete(
    object,
    wanted !== undefined && wanted < 0 ? { ...options, gracePeriodSeconds: 1 } : options,
  );
  if (seconds === undefined) return 'none';
  metadata.deletionTimestamp = timestamp(nowMs + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
  if (metadata.generation !== undefined && metadata.generation > 0) metadata.generation += 1;
  return 'graceful';
}

/**
 * Refuses to delete another object than the one that is meant; the message names its kind, not its resource.
 */
function checkMeant(
  { group, kind }: Strategy,
  { metadata }: KubeObject,
  { uid, resourceVersion }: Preconditions = {},
): void {
  const refuse = (cause: string) => conflict({ group, resource: kind }, metadata.name ?? '', cause);
  if (uid !== undefined && uid !== metadata.uid) {
    throw refuse(
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}

/** Deletion waits for finalizers only, not for a grace period (Kubernetes: `registry.markAsDeleting`). */
export function markAsDeleting({ metadata }: KubeObject, nowMs: number): void {
  if (
    metadata.deletionGracePeriodSeconds === undefined &&
    metadata.generation !== undefined &&
    metadata.generation > 0
  ) {
    metadata.generation += 1;
  }
  if (metadata.deletionTimestamp === undefined || Date.parse(metadata.deletionTimestamp) > nowMs) {
    metadata.deletionTimestamp = timestamp(nowMs);
  }
  metadata.deletionGracePeriodSeconds = 0;
}
