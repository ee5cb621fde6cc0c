import { specOf } from '../../fields/spec-and-status.ts';
import type { V1CSINode, V1CSINodeDriver } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import { atLeastZero, each } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';

const maxNodeIdBytes = 256;

const driversOf = (object: V1CSINode) => specOf(object).drivers ?? [];

/** The storage drivers of a node (Kubernetes: `storage/validation.ValidateCSINode`). */
export function validateCsiNode(object: V1CSINode): FieldError[] {
  const drivers = driversOf(object);
  const names = drivers.map(({ name = '' }) => name);
  return each(drivers, 'spec.drivers', (driver, path, index) => {
    const { name = '', nodeID = '', allocatable } = driver;
    const findings = validateCsiDriverName(name, `${path}.name`);
    if (nodeID === '') findings.push(required(`${path}.nodeID`));
    if (Buffer.byteLength(nodeID) > maxNodeIdBytes) {
      const detail = `must be ${maxNodeIdBytes} characters or less`;
      findings.push(invalidValue(`${path}.nodeID`, nodeID, detail));
    }
    findings.push(...atLeastZero(`${path}.allocatable.count`, allocatable?.count));
    if (names.indexOf(name) < index) findings.push(duplicate(`${path}.name`, name));
    return [...findings, ...validateTopologyKeys(driver, path)];
  });
}

function validateTopologyKeys({ topologyKeys }: V1CSINodeDriver, field: string): FieldError[] {
  const keys = topologyKeys ?? [];
  return keys.flatMap((key, index) => [
    ...(key === '' ? [required(field)] : []),
    ...(keys.indexOf(key) < index ? [duplicate(field, key)] : []),
    ...invalidEach(field, key, qualifiedName(key)),
  ]);
}

/** A driver of a node changes nothing but how many volumes it takes. */
export function validateCsiNodeUpdate(object: V1CSINode, old: V1CSINode): FieldError[] {
  const rest = (driver: V1CSINodeDriver) => {
    const { name, nodeID, topologyKeys } = driver;
    return { name, nodeID, topologyKeys };
  };
  return driversOf(old).flatMap((before) =>
    driversOf(object)
      .filter((driver) => driver.name === before.name && !isSame(rest(driver), rest(before)))
      .map((driver) =>
        invalidValue('spec.drivers', goValue('storage.v1.CSINodeDriver', rest(driver)), immutable),
      ),
  );
}
