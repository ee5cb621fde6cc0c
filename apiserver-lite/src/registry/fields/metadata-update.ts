import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import type { Strategy } from '../strategy.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { forbiddenField, invalidValue } from './field-errors.ts';
import {
  immutable,
  validateMetadata,
  validateShared,
  validateStandardFinalizers,
  type SharedFindings,
} from './metadata.ts';
import { pathSegmentName } from './names.ts';

const fixed = ['name', 'namespace', 'uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** What an update may not do to metadata (Kubernetes: `api/validation.ValidateObjectMetaUpdate`). */
function validateChange(
  { metadata }: KubeObject,
  { metadata: old }: KubeObject,
  { labels, managedFields }: SharedFindings,
): FieldError[] {
  const findings: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const known = new Set(old.finalizers);
    const added = (metadata.finalizers ?? []).filter((name) => !known.has(name)).sort();
    if (added.length > 0) {
      findings.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(goQuote).join(', ')}}`,
        ),
      );
    }
  }
  for (const name of fixed) {
    if (!isSame(metadata[name], old[name])) {
      findings.push(invalidValue(`metadata.${name}`, metadata[name] ?? '', immutable));
    }
  }
  return [...findings, ...labels, ...managedFields];
}

/**
 * The findings of a kind's own check of changed metadata (Kubernetes:
 * `core/validation.ValidateObjectMetaUpdate`).
 */
export function validateMetadataChange(object: KubeObject, old: KubeObject): FieldError[] {
  return [
    ...validateChange(object, old, validateShared(object.metadata)),
    ...validateStandardFinalizers(object.metadata),
  ];
}

/**
 * The same without a check of finalizers, which some kinds leave to others (Kubernetes:
 * `api/validation.ValidateObjectMetaUpdate`).
 */
export function validateChangedMetadata(object: KubeObject, old: KubeObject): FieldError[] {
  return validateChange(object, old, validateShared(object.metadata));
}

/** The kind's own checks of the object and of what changes in it. */
type OwnChecks = Readonly<Record<'object' | 'update', () => FieldError[]>>;

/**
 * Every finding on an update: those on metadata of all kinds, and again those of the kind's own checks of
 * metadata, which kube-apiserver reports as often as it makes them, with the kind's other checks between or
 * after them (Kubernetes: `rest.validateCommonFields` and the strategy's ValidateUpdate).
 */
export function validateMetadataUpdate(
  strategy: Pick<Strategy, 'namespaced' | 'validateName' | 'metadataChecksOnUpdate' | 'standardFinalizers'>,
  { object, old }: { object: KubeObject; old: KubeObject },
  own: OwnChecks,
): FieldError[] {
  const { namespaced, standardFinalizers, metadataChecksOnUpdate: named } = strategy;
  const shared = validateShared(object.metadata);
  const change = validateChange(object, old, shared);
  const standard = standardFinalizers ? validateStandardFinalizers(object.metadata) : [];
  const checks = {
    whole: () => [...validateMetadata(object, strategy, shared), ...standard],
    change: () => [...change, ...standard],
    ...own,
  };
  const last = (['object', 'update'] as const).filter((check) => !named.includes(check));
  return [
    ...validateMetadata(object, { namespaced, validateName: pathSegmentName }, shared),
    ...change,
    ...[...named, ...last].flatMap((check) => checks[check]()),
  ];
}
