import { posix } from 'node:path';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1PersistentVolume, V1PersistentVolumeSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { givenMap } from '../../fields/given-value.ts';
import { goValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import { validateNodeSelector } from '../../pod-template/scheduling/node-selector.ts';
import { canonical, validateBasicAmount } from '../../pod-template/resources/resources.ts';
import { formatted, named, oneOfIfSet, signOf } from '../../fields/rules.ts';
import { validateAccessModes, volumeModes } from '../persistent-volume-claim/claim-spec.ts';
import type { Source } from '../../pod-template/volumes/source-rule.ts';
import { persistentSources, validatePersistentSource } from '../../pod-template/volumes/volume-sources.ts';

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
function validateCapacity(spec: V1PersistentVolumeSpec): FieldError[] {
  const { capacity } = spec;
  const field = 'spec.capacity';
  const names = Object.keys(capacity ?? {});
  const findings = names.length === 0 ? [required(field)] : [];
  if (!names.includes('storage') || names.length > 1) {
    findings.push(notSupported(field, givenMap(spec, 'capacity'), ['storage']));
  }
  for (const [name, amount] of Object.entries(capacity ?? {})) {
    findings.push(...validateBasicAmount(amount, `${field}[${name}]`));
    if (signOf(amount) <= 0) {
      findings.push(invalidValue(`${field}[${name}]`, canonical(amount), 'must be greater than zero'));
    }
  }
  return findings;
}

function validateNodes(spec: V1PersistentVolumeSpec): FieldError[] {
  const field = 'spec.nodeAffinity.required';
  if (spec.nodeAffinity === undefined) return [];
  const { required: selector } = spec.nodeAffinity;
  return selector === undefined
    ? [required(field, 'must specify required node constraints')]
    : validateNodeSelector(selector, field);
}

function localNeeds({ nodeAffinity }: V1PersistentVolumeSpec): FieldError[] {
  return nodeAffinity === undefined
    ? [required('spec.nodeAffinity', 'Local volume requires node affinity')]
    : [];
}

/**
 * A volume: how much, how seen, and where it comes from (Kubernetes:
 * `core/validation.ValidatePersistentVolumeSpec`).
 */
export function validatePersistentVolume(object: V1PersistentVolume): FieldError[] {
  const spec = specOf(object);
  const { accessModes = [], persistentVolumeReclaimPolicy: policy, hostPath, csi } = spec;
  const findings = accessModes.length === 0 ? [required('spec.accessModes')] : [];
  findings.push(
    ...validateAccessModes(accessModes, 'spec.accessModes'),
    ...validateCapacity(spec),
    ...oneOfIfSet('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies),
    ...validateNodes(spec),
    ...validatePersistentSource(spec as unknown as Source, 'spec', () => localNeeds(spec)),
  );
  if (hostPath?.path && posix.normalize(hostPath.path) === '/' && policy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    findings.push(forbiddenField('spec.persistentVolumeReclaimPolicy', detail));
  }
  findings.push(
    ...formatted('spec.storageClassName', spec.storageClassName, dns1123Subdomain),
    ...oneOfIfSet('spec.volumeMode', spec.volumeMode, volumeModes),
  );
  if (spec.volumeAttributesClassName === undefined) return findings;
  const { volumeAttributesClassName: attributes } = spec;
  findings.push(
    ...(attributes === ''
      ? [required('spec.volumeAttributesClassName', 'an empty string is disallowed')]
      : named('spec.volumeAttributesClassName', attributes, dns1123Subdomain)),
  );
  return csi === undefined
    ? [...findings, required('spec.csi', 'has to be specified when using volumeAttributesClassName')]
    : findings;
}

function sourceOf(spec: V1PersistentVolumeSpec): Record<string, unknown> {
  const source: Record<string, unknown> = {};
  const all = spec as unknown as Source;
  for (const [name] of persistentSources) if (all[name] !== undefined) source[name] = all[name];
  return source;
}

/** A volume stays where it is. */
export function validatePersistentVolumeUpdate(
  object: V1PersistentVolume,
  old: V1PersistentVolume,
): FieldError[] {
  const [next, before] = [specOf(object), specOf(old)];
  // kube-apiserver asks the rules of a volume once for the object, and once for the change.
  const findings = validatePersistentVolume(object);
  const [source, oldSource] = [sourceOf(next), sourceOf(before)];
  if (
    next.csi !== undefined &&
    before.csi !== undefined &&
    before.csi.controllerExpandSecretRef === undefined
  ) {
    const { controllerExpandSecretRef: _added, ...csi } = next.csi;
    source['csi'] = csi;
  }
  if (!isSame(source, oldSource)) {
    const diff = describeChange('core.v1.PersistentVolumeSource', oldSource, source);
    const detail = `spec.persistentvolumesource is immutable after creation\n${diff}`;
    findings.push(forbiddenField('spec.persistentvolumesource', detail));
  }
  if (!isSame(next.volumeMode, before.volumeMode)) {
    findings.push(invalidValue('volumeMode', next.volumeMode, immutable));
  }
  if (before.nodeAffinity !== undefined && !isSame(next.nodeAffinity, before.nodeAffinity)) {
    const detail = `${immutable}, except for updating from beta label to GA`;
    findings.push(
      invalidValue('nodeAffinity', goValue('core.v1.VolumeNodeAffinity', next.nodeAffinity), detail),
    );
  }
  return findings;
}
