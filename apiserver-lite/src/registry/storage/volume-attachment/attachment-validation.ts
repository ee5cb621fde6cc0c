import { posix } from 'node:path';
import { specOf, statusOf } from '../../fields/spec-and-status.ts';
import type {
  V1VolumeAttachment,
  V1PersistentVolumeSpec,
  V1VolumeAttachmentSpec,
  V1VolumeError,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidEach, invalidValue, required, tooLong } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import { validateAccessModes } from '../../core/persistent-volume-claim/claim-spec.ts';
import type { Source } from '../../pod-template/volumes/source-rule.ts';
import {
  validateCsiDriverName,
  validatePersistentSource,
} from '../../pod-template/volumes/volume-sources.ts';

const maxMetadataBytes = 256 * 1024;
const maxMessageBytes = 1024;

/**
 * A volume that is to be attached to a node (Kubernetes: `storage/validation.ValidateVolumeAttachment`,
 * `ValidateVolumeAttachmentV1`).
 */
export function validateVolumeAttachment(object: V1VolumeAttachment): FieldError[] {
  const { attacher = '', source, nodeName = '' } = specOf(object);
  const { persistentVolumeName: volume } = source ?? {};
  return [
    ...(attacher === '' ? [required('spec.attacher')] : validateCsiDriverName(attacher, 'spec.attacher')),
    ...validateSource(source),
    ...invalidEach('spec.nodeName', nodeName, dns1123Subdomain(nodeName)),
    ...validateVolumeAttachmentStatus(object),
    ...(typeof volume === 'string'
      ? invalidEach('spec.source.persistentVolumeName', volume, dns1123Subdomain(volume))
      : []),
  ];
}

function validateSource(source: Partial<V1VolumeAttachmentSpec>['source']): FieldError[] {
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source ?? {};
  const rule = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  const isNamed = typeof name === 'string';
  if (!inline && !isNamed) return [required('spec.source', rule)];
  if (inline && isNamed) return [forbiddenField('spec.source', rule)];
  if (inline) return validateInline(inline, 'spec.source.inlineVolumeSpec');
  return name === ''
    ? [required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')]
    : [];
}

const recycledRoot = "may not be 'recycle' for a hostPath mount of '/'";
const notInline = 'may not be specified in the context of inline volumes';

/** A volume without an object of its own: a driver's, and not to be claimed. */
function validateInline(spec: Partial<V1PersistentVolumeSpec>, field: string): FieldError[] {
  const modes = spec.accessModes ?? [];
  const refuse = (...names: (keyof V1PersistentVolumeSpec)[]) =>
    names
      .filter((name) => Boolean(name === 'capacity' ? Object.keys(spec[name] ?? {}).length : spec[name]))
      .map((name) => forbiddenField(`${field}.${name}`, notInline));
  const { persistentVolumeReclaimPolicy: policy, hostPath } = spec;
  const recycled =
    policy === 'Recycle' && hostPath?.path && posix.normalize(hostPath.path) === '/'
      ? [forbiddenField(`${field}.persistentVolumeReclaimPolicy`, recycledRoot)]
      : [];
  return [
    ...refuse('claimRef', 'capacity'),
    ...(spec.csi ? [] : [required(`${field}.csi`, 'has to be specified in the context of inline volumes')]),
    ...(modes.length === 0 ? [required(`${field}.accessModes`)] : []),
    ...validateAccessModes(modes, `${field}.accessModes`),
    ...((policy || 'Retain') === 'Retain'
      ? []
      : [
          forbiddenField(
            `${field}.persistentVolumeReclaimPolicy`,
            'may only be Retain in the context of inline volumes',
          ),
        ]),
    ...refuse('nodeAffinity'),
    ...validatePersistentSource(spec as Source, field, () => [
      required(`${field}.nodeAffinity`, 'Local volume requires node affinity'),
    ]),
    ...recycled,
    ...refuse('storageClassName'),
    ...((spec.volumeMode ?? 'Filesystem') === 'Filesystem'
      ? []
      : [
          forbiddenField(
            `${field}.volumeMode`,
            'may not specify volumeMode other than Filesystem in the context of inline volumes',
          ),
        ]),
  ];
}

/** What is to be attached, by which attacher and where, stays. */
export function validateVolumeAttachmentUpdate(
  object: V1VolumeAttachment,
  old: V1VolumeAttachment,
): FieldError[] {
  return isSame(object.spec, old.spec)
    ? []
    : [invalidValue('spec', goValue('storage.v1.VolumeAttachmentSpec', object.spec), immutable)];
}

/** What came of it. */
export function validateVolumeAttachmentStatus(object: V1VolumeAttachment): FieldError[] {
  const { attachmentMetadata, attachError, detachError } = statusOf(object);
  const bytes = Object.entries(attachmentMetadata ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return [
    ...(bytes > maxMetadataBytes ? [tooLong('status.attachmentMetadata', maxMetadataBytes)] : []),
    ...validateError(attachError, 'status.attachError'),
    ...validateError(detachError, 'status.detachError'),
  ];
}

function validateError(error: V1VolumeError | undefined, field: string): FieldError[] {
  const { message = '', errorCode = 0 } = error ?? {};
  // kube-apiserver names the limit of another field here.
  const findings =
    Buffer.byteLength(message) > maxMessageBytes ? [tooLong(`${field}.message`, maxMetadataBytes)] : [];
  const range = 'must be between 0 and 2147483647, inclusive';
  return errorCode < 0 ? [...findings, invalidValue(`${field}.errorCode`, errorCode, range)] : findings;
}
