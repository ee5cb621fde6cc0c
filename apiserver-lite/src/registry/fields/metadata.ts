import type { KubeObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { foregroundFinalizer, orphanFinalizer } from '../generic/deletion-finalizers.ts';
import type { Strategy } from '../strategy.ts';
import { forbiddenField, invalidEach, invalidValue, required, tooLong } from './field-errors.ts';
import { dns1123Label, qualifiedName, validLabelValue } from './formats.ts';
import { metaList, metaValue } from './go-value.ts';

const maxAnnotationBytes = 256 * 1024;

/** What kube-apiserver says of a field that may not change. */
export const immutable = 'field is immutable';

/** Keys and values of labels (and of selectors by equality). */
export function validateLabels(labels: Record<string, string> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...invalidEach(field, key, qualifiedName(key)),
    ...invalidEach(field, value, validLabelValue(value)),
  ]);
}

/** Keys of annotations, and their size altogether. */
export function validateAnnotations(
  annotations: Record<string, string> | undefined,
  field: string,
): FieldError[] {
  let bytes = 0;
  const findings: FieldError[] = [];
  for (const [key, value] of Object.entries(annotations ?? {})) {
    findings.push(...invalidEach(field, key, qualifiedName(key.toLowerCase())));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) findings.push(tooLong(field, maxAnnotationBytes));
  return findings;
}

/** `v1`, `apps/v1`: with more slashes there is no version to be found. */
function hasVersion(apiVersion: string): boolean {
  const parts = apiVersion.split('/');
  return parts.length <= 2 && parts.at(-1) !== '';
}

function validateOwnerReferences(references: readonly OwnerReference[], field: string): FieldError[] {
  const findings: FieldError[] = [];
  let controller = '';
  for (const reference of references) {
    if (!hasVersion(reference.apiVersion ?? '')) {
      findings.push(
        invalidValue(`${field}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty'),
      );
    }
    for (const name of ['kind', 'name', 'uid'] as const) {
      if (!reference[name]) findings.push(invalidValue(`${field}.${name}`, '', 'must not be empty'));
    }
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
      const value = metaValue('OwnerReference', reference);
      findings.push(invalidValue(field, value, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) continue;
    const current = `${reference.kind}/${reference.name}`;
    if (controller === '') controller = current;
    else {
      findings.push(
        invalidValue(
          field,
          metaList('OwnerReference', references),
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`,
        ),
      );
    }
  }
  return findings;
}

function validateFinalizers(finalizers: readonly string[], field: string): FieldError[] {
  const findings = finalizers.flatMap((name) => invalidEach(field, name, qualifiedName(name)));
  if (finalizers.includes(orphanFinalizer) && finalizers.includes(foregroundFinalizer)) {
    findings.push(
      invalidValue(
        field,
        finalizers,
        `finalizer ${orphanFinalizer} and ${foregroundFinalizer} cannot be both set`,
      ),
    );
  }
  return findings;
}

const standardFinalizers = ['kubernetes', orphanFinalizer, foregroundFinalizer];

/**
 * A finalizer of built-in kinds has a domain, or is one that everybody knows (Kubernetes:
 * `core/validation.validateKubeFinalizerName`).
 */
export function validateStandardFinalizer(name: string, field: string): FieldError[] {
  return name.includes('/') || standardFinalizers.includes(name)
    ? []
    : [invalidValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}

const most = { managerBytes: 128, subresourceBytes: 256 };

function validateManagedFields(entries: readonly ManagedFieldsEntry[], field: string): FieldError[] {
  return entries.flatMap(({ operation, fieldsType, manager = '', subresource = '' }, index) => {
    const path = `${field}[${index}]`;
    const findings: FieldError[] = [];
    if (operation !== 'Apply' && operation !== 'Update') {
      findings.push(invalidValue(`${path}.operation`, operation ?? '', 'must be `Apply` or `Update`'));
    }
    if (fieldsType && fieldsType !== 'FieldsV1') {
      findings.push(invalidValue(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    }
    if (Buffer.byteLength(manager) > most.managerBytes) {
      findings.push(tooLong(`${path}.manager`, most.managerBytes));
    }
    if (Buffer.byteLength(subresource) > most.subresourceBytes) {
      findings.push(tooLong(`${path}.subresource`, most.subresourceBytes));
    }
    return findings;
  });
}

/** Findings on what new and changed objects have in common, part by part. */
export interface SharedFindings {
  labels: FieldError[];
  finalizers: FieldError[];
  managedFields: FieldError[];
}

/**
 * Judges labels, annotations, owners, finalizers and managed fields; `labels` has the findings on the first
 * three.
 */
export function validateShared(metadata: ObjectMeta): SharedFindings {
  return {
    labels: [
      ...validateLabels(metadata.labels, 'metadata.labels'),
      ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
      ...validateOwnerReferences(metadata.ownerReferences ?? [], 'metadata.ownerReferences'),
    ],
    finalizers: validateFinalizers(metadata.finalizers ?? [], 'metadata.finalizers'),
    managedFields: validateManagedFields(metadata.managedFields ?? [], 'metadata.managedFields'),
  };
}

/** The rule for finalizers of kinds whose metadata `core/validation.ValidateObjectMeta` judges. */
export function validateStandardFinalizers({ finalizers = [] }: ObjectMeta): FieldError[] {
  return finalizers.flatMap((name, index) =>
    validateStandardFinalizer(name, `metadata.finalizers[${index}]`),
  );
}

/** All metadata, as a new object must have it (Kubernetes: `api/validation.ValidateObjectMeta`). */
export function validateMetadata(
  object: KubeObject,
  { namespaced, validateName }: Pick<Strategy, 'namespaced' | 'validateName'>,
  shared = validateShared(object.metadata),
): FieldError[] {
  const findings: FieldError[] = [];
  const { metadata } = object;
  const { name, generateName, namespace } = metadata;
  if (generateName) {
    findings.push(
      ...invalidEach('metadata.generateName', generateName, validateName(generateName, true, object)),
    );
  }
  if (!name) findings.push(required('metadata.name', 'name or generateName is required'));
  else findings.push(...invalidEach('metadata.name', name, validateName(name, false, object)));
  if (namespaced && !namespace) findings.push(required('metadata.namespace'));
  else if (namespaced)
    findings.push(...invalidEach('metadata.namespace', namespace, dns1123Label(namespace ?? '')));
  else if (namespace) findings.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  if ((metadata.generation ?? 0) < 0) {
    findings.push(
      invalidValue('metadata.generation', metadata.generation, 'must be greater than or equal to 0'),
    );
  }
  return [...findings, ...shared.labels, ...shared.finalizers, ...shared.managedFields];
}
