import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import { breathe } from '../../http/breathe.ts';
import { badRequest, type FieldError, invalid } from '../../api-errors/status-error.ts';
import { invalidEach } from '../fields/field-errors.ts';
import type { Strategy, StoreRequest } from '../strategy.ts';
import { validateMetadata, validateStandardFinalizers } from '../fields/metadata.ts';
import { pathSegmentName } from '../fields/names.ts';
import { timestamp } from './timestamp.ts';

/**
 * The object lives where the request says, or the request is wrong
 * (`rest.EnsureObjectNamespaceMatchesRequestNamespace`).
 */
export function ensureNamespace(strategy: Strategy, object: KubeObject, namespace: string): void {
  const { metadata } = object;
  if (!strategy.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace === undefined || metadata.namespace === '') metadata.namespace = namespace;
  if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Who is new gets a uid and a time of birth (Kubernetes: `rest.FillObjectMetaSystemFields`). */
export function fillSystemFields(object: KubeObject, nowMs: number): void {
  object.metadata.creationTimestamp = timestamp(nowMs);
  object.metadata.uid = randomUUID();
}

/** What is asked of every name, after what a kind asks of its own. */
function validateNameInPath({ name = '', generateName = '' }: ObjectMeta): FieldError[] {
  return [
    ...invalidEach('metadata.generateName', generateName, pathSegmentName(generateName, true)),
    ...invalidEach('metadata.name', name, pathSegmentName(name, false)),
  ];
}

/**
 * Prepares and validates a new object (Kubernetes: `rest.BeforeCreate`); rejects with a 422 with every
 * finding. Other requests get a turn before a long list of findings is made an error.
 */
export async function beforeCreate(
  strategy: Strategy,
  object: KubeObject,
  request: StoreRequest,
): Promise<void> {
  const { metadata } = object;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  ensureNamespace(strategy, object, request.namespace);
  strategy.prepareForCreate(object, request);
  const own = [
    ...(strategy.standardFinalizers ? validateStandardFinalizers(metadata) : []),
    ...(await strategy.validate(object, request)),
  ];
  const isDone = strategy.metadataCheckedLast === true && own.length > 0;
  let findings = isDone ? own : [...validateMetadata(object, strategy), ...own];
  if (findings.length === 0) findings = validateNameInPath(metadata);
  if (findings.length > 0) {
    await breathe();
    throw invalid(strategy, metadata.name ?? '', findings);
  }
  for (const text of strategy.warningsOnCreate?.(object, request) ?? []) request.warn(text);
  strategy.canonicalize?.(object);
}
