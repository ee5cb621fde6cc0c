import type { V1PersistentVolumeClaimSpec, V1TypedObjectReference } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { validateAnnotations, validateLabels } from '../../fields/metadata.ts';
import { canonical } from '../../pod-template/resources/resources.ts';
import { formatted, oneOfIfSet, signOf } from '../../fields/rules.ts';
import { validateTemplateMetadata } from '../../fields/template-metadata.ts';

/** The value of some findings is a path of kube-apiserver's own, of which nothing is printed. */
const fieldPath = {};

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** How a volume is seen: as files or as a raw device. */
export const volumeModes: readonly string[] = ['Block', 'Filesystem'];

/** Known modes, and the one for a single Pod alone. */
export function validateAccessModes(modes: readonly string[], field: string): FieldError[] {
  const findings = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => notSupported(field, mode, accessModes));
  const single = modes.includes('ReadWriteOncePod');
  if (single && modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))) {
    findings.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
  }
  return findings;
}

function validateDataSource(source: Partial<V1TypedObjectReference>, field: string): FieldError[] {
  const { name, kind, apiGroup, namespace } = source;
  const findings: FieldError[] = [];
  if (!name) findings.push(required(`${field}.name`));
  if (!kind) findings.push(required(`${field}.kind`));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    findings.push(invalidValue(field, kind ?? '', detail));
  }
  return [
    ...findings,
    ...formatted(`${field}.apiGroup`, apiGroup, dns1123Subdomain),
    ...formatted(`${field}.namespace`, namespace, dns1123Label),
  ];
}

/** What a claim asks for (Kubernetes: `core/validation.ValidatePersistentVolumeClaimSpec`). */
export function validateClaimSpec(spec: V1PersistentVolumeClaimSpec, field: string): FieldError[] {
  const { resources } = spec;
  const modes = spec.accessModes ?? [];
  const dataSource = spec.dataSource ?? undefined;
  const dataSourceRef = spec.dataSourceRef ?? undefined;
  const findings =
    modes.length === 0 ? [required(`${field}.accessModes`, 'at least 1 access mode is required')] : [];
  findings.push(
    ...validateLabelSelector(spec.selector, `${field}.selector`),
    ...validateAccessModes(modes, `${field}.accessModes`),
  );
  const storage = resources?.requests?.['storage'];
  const path = `${field}.resources[storage]`;
  if (storage === undefined) findings.push(required(path));
  else if (signOf(storage) <= 0)
    findings.push(invalidValue(path, canonical(storage), 'must be greater than zero'));
  findings.push(
    ...formatted(`${field}.storageClassName`, spec.storageClassName, dns1123Subdomain),
    ...oneOfIfSet(`${field}.volumeMode`, spec.volumeMode, volumeModes),
  );
  if (dataSource !== undefined) findings.push(...validateDataSource(dataSource, `${field}.dataSource`));
  if (dataSourceRef !== undefined)
    findings.push(...validateDataSource(dataSourceRef, `${field}.dataSourceRef`));
  if (dataSource !== undefined && dataSourceRef !== undefined) {
    const elsewhere = Boolean(dataSourceRef.namespace);
    const { namespace: _namespace, ...local } = dataSourceRef;
    if (elsewhere) {
      const detail = 'may not be specified when dataSourceRef.namespace is specified';
      findings.push(invalidValue(field, fieldPath, detail));
    } else if (!isSame(local, dataSource)) {
      findings.push(invalidValue(field, fieldPath, 'must match dataSourceRef'));
    }
  }
  return [
    ...findings,
    ...formatted(`${field}.volumeAttributesClassName`, spec.volumeAttributesClassName, dns1123Subdomain),
  ];
}

interface Template {
  metadata?: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  spec?: V1PersistentVolumeClaimSpec;
}

/** The claim that a Pod's ephemeral volume makes: labels, annotations and a spec, nothing else. */
export function validateClaimTemplate(template: object, field: string): FieldError[] {
  const { metadata = {}, spec } = template as Template;
  const { labels, annotations } = metadata;
  return [
    ...validateAnnotations(annotations, `${field}.metadata.annotations`),
    ...validateLabels(labels, `${field}.metadata.labels`),
    ...validateTemplateMetadata(metadata, `${field}.metadata`),
    ...validateClaimSpec(spec ?? ({} as V1PersistentVolumeClaimSpec), `${field}.spec`),
  ];
}
