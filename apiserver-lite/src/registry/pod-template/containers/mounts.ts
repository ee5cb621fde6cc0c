import type { V1Container, V1Volume, V1VolumeDevice, V1VolumeMount } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { descendingPath, noBacksteps } from '../../fields/paths.ts';
import { each } from '../../fields/rules.ts';

/** The Pod's volumes that were found valid, by name. */
export type Volumes = ReadonlyMap<string, V1Volume>;

const propagations = ['Bidirectional', 'HostToContainer', 'None'];
const recursions = ['Disabled', 'Enabled', 'IfPossible'];

function validatePropagation(
  { mountPropagation }: V1VolumeMount,
  container: V1Container,
  field: string,
): FieldError[] {
  if (mountPropagation === undefined) return [];
  const findings = propagations.includes(mountPropagation)
    ? []
    : [notSupported(field, mountPropagation, propagations)];
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    findings.push(
      forbiddenField(field, 'Bidirectional mount propagation is available only to privileged containers'),
    );
  }
  return findings;
}

function validateRecursion(mount: V1VolumeMount, field: string): FieldError[] {
  const { recursiveReadOnly: recursive, readOnly, mountPropagation = 'None' } = mount;
  if (recursive === undefined || recursive === 'Disabled') return [];
  if (!recursions.includes(recursive)) return [notSupported(field, recursive, recursions)];
  const findings =
    readOnly === true ? [] : [forbiddenField(field, 'may only be specified when readOnly is true')];
  if (mountPropagation !== 'None') {
    findings.push(
      forbiddenField(field, 'may only be specified when mountPropagation is None or not specified'),
    );
  }
  return findings;
}

/**
 * Where a container sees the Pod's volumes. Parts of a mount are named without its index, as kube-apiserver
 * does.
 */
export function validateMounts(container: V1Container, volumes: Volumes, field: string): FieldError[] {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  return each(container.volumeMounts, field, (mount, path) => {
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount;
    const findings: FieldError[] = [];
    if (name === '') findings.push(required(`${path}.name`));
    if (!volumes.has(name)) findings.push(notFoundValue(`${path}.name`, name));
    if (mountPath === '') findings.push(required(`${path}.mountPath`));
    if (paths.has(mountPath)) findings.push(invalidValue(`${path}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.some((device) => device.name === name)) {
      findings.push(invalidValue(`${path}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      findings.push(
        invalidValue(`${path}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'),
      );
    }
    if (subPath !== '') findings.push(...descendingPath(subPath, `${field}.subPath`));
    if (subPathExpr !== '') {
      if (subPath !== '') {
        findings.push(
          invalidValue(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
        );
      }
      findings.push(...descendingPath(subPathExpr, `${field}.subPathExpr`));
    }
    return [
      ...findings,
      ...validatePropagation(mount, container, `${field}.mountPropagation`),
      ...validateRecursion(mount, `${field}.recursiveReadOnly`),
    ];
  });
}

/** Block devices: claims that a container sees raw. */
export function validateDevices(container: V1Container, volumes: Volumes, field: string): FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  return each<V1VolumeDevice>(container.volumeDevices, field, ({ name = '', devicePath = '' }, path) => {
    const findings: FieldError[] = [];
    const volume = volumes.get(name);
    if (name === '') findings.push(required(`${path}.name`));
    if (names.has(name)) findings.push(invalidValue(`${path}.name`, name, 'must be unique'));
    if (volume === undefined) findings.push(notFoundValue(`${path}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      findings.push(
        invalidValue(
          `${path}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    }
    if (devicePath === '') findings.push(required(`${path}.devicePath`));
    if (paths.has(devicePath))
      findings.push(invalidValue(`${path}.devicePath`, devicePath, 'must be unique'));
    if (noBacksteps(devicePath, '').length > 0) {
      findings.push(invalidValue(`${path}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) {
      findings.push(invalidValue(`${path}.name`, name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      findings.push(
        invalidValue(`${path}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'),
      );
    }
    if (name !== '') names.add(name);
    return findings;
  });
}
