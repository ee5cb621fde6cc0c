import type { KubeObject } from '@pg8s/k8s-proto/object';
import { breathe } from '../../http/breathe.ts';
import { invalid } from '../../api-errors/status-error.ts';
import type { Strategy, StoreRequest } from '../strategy.ts';
import { validateMetadataUpdate } from '../fields/metadata-update.ts';
import { ensureNamespace } from './before-create.ts';
import { timestamp } from './timestamp.ts';

/**
 * Prepares and validates the next state of an object (Kubernetes: `rest.BeforeUpdate`); rejects with a 422
 * with every finding. Other requests get a turn before a long list of findings is made an error.
 */
export async function beforeUpdate(
  strategy: Strategy,
  object: KubeObject,
  old: KubeObject,
  request: StoreRequest,
): Promise<void> {
  const { metadata } = object;
  ensureNamespace(strategy, object, request.namespace);
  // Only the strategy counts generations.
  if (old.metadata.generation === undefined) delete metadata.generation;
  else metadata.generation = old.metadata.generation;
  strategy.prepareForUpdate(object, old, request);
  if (metadata.uid === undefined || metadata.uid === '') Object.assign(metadata, { uid: old.metadata.uid });
  metadata.creationTimestamp = old.metadata.creationTimestamp ?? timestamp(request.nowMs);
  // An update does not take back a deletion; one that would begin it is refused below.
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  if (deletionTimestamp !== undefined) metadata.deletionTimestamp = deletionTimestamp;
  if (deletionGracePeriodSeconds !== undefined) {
    metadata.deletionGracePeriodSeconds ??= deletionGracePeriodSeconds;
  }
  const again = (await strategy.validateAgain?.(object, request, old)) ?? [];
  const change = await strategy.validateUpdate(object, old, request);
  const findings = validateMetadataUpdate(
    strategy,
    { object, old },
    {
      object: () => again,
      update: () => change,
    },
  );
  if (findings.length > 0) {
    await breathe();
    throw invalid(strategy, metadata.name ?? '', findings);
  }
  for (const text of strategy.warningsOnUpdate?.(object, old, request) ?? []) request.warn(text);
  strategy.canonicalize?.(object);
}
