import type {
  V1CSIDriverSpec,
  V1CSINodeDriver,
  V1CSINodeSpec,
  V1LabelSelector,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName } from '../../fields/formats.ts';
import { goValue, metaValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { immutable } from '../../fields/metadata.ts';
import { atLeastZero, each, notNegative, oneOfIfSet, signOf } from '../../fields/rules.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';

const maxNodeIdBytes = 256;
const minTokenSeconds = 600;
const minPeriodSeconds = 10;

interface DriverSpec extends V1CSIDriverSpec {
  nodeAllocatableUpdatePeriodSeconds?: number;
  serviceAccountTokenInSecrets?: boolean;
}

const driverOf = (object: KubeObject) => (object['spec'] ?? {}) as DriverSpec;

/** How a storage driver wants to be called (Kubernetes: `storage/validation.ValidateCSIDriver`). */
export function validateCsiDriver(object: KubeObject): FieldError[] {
  const spec = driverOf(object);
  const { nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets } = spec;
  const field = 'spec.nodeAllocatableUpdatePeriodSeconds';
  const modes = ['Persistent', 'Ephemeral'];
  return [
    ...oneOfIfSet('spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']),
    ...validateTokenRequests(spec),
    ...(spec.volumeLifecycleModes ?? [])
      .filter((mode) => !modes.includes(mode))
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, modes)),
    ...(typeof period === 'number' && period < minPeriodSeconds
      ? [invalidValue(field, period, `must be greater than or equal to ${minPeriodSeconds} seconds`)]
      : []),
    ...(typeof inSecrets === 'boolean' && (spec.tokenRequests ?? []).length === 0
      ? [
          invalidValue(
            'spec.serviceAccountTokenInSecrets',
            inSecrets,
            'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
          ),
        ]
      : []),
  ];
}

function validateTokenRequests({ tokenRequests }: DriverSpec): FieldError[] {
  const audiences = (tokenRequests ?? []).map(({ audience = '' }) => audience);
  return each(tokenRequests, 'spec.tokenRequests', ({ expirationSeconds: seconds }, path, index) => {
    const audience = audiences[index] ?? '';
    if (audiences.indexOf(audience) < index) return [duplicate(`${path}.audience`, audience)];
    if (typeof seconds !== 'number') return [];
    const refuse = (detail: string) => [invalidValue(`${path}.expirationSeconds`, seconds, detail)];
    if (seconds < minTokenSeconds) return refuse('may not specify a duration less than 10 minutes');
    return seconds > 2 ** 32 ? refuse('may not specify a duration larger than 2^32 seconds') : [];
  });
}

/** Whether volumes are attached, and how long they live, is decided once. */
export function validateCsiDriverUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [driverOf(object), driverOf(old)];
  const fixed: [string, unknown, unknown][] = [
    // kube-apiserver's own name of the field.
    ['spec.attachedRequired', spec.attachRequired, before.attachRequired],
    ['spec.volumeLifecycleModes', spec.volumeLifecycleModes, before.volumeLifecycleModes],
  ];
  return fixed
    .filter(([, value, was]) => !isSame(value, was))
    .map(([field, value]) => invalidValue(field, value, immutable));
}

const driversOf = (object: KubeObject) => ((object['spec'] ?? {}) as Partial<V1CSINodeSpec>).drivers ?? [];

/** The storage drivers of a node (Kubernetes: `storage/validation.ValidateCSINode`). */
export function validateCsiNode(object: KubeObject): FieldError[] {
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
export function validateCsiNodeUpdate(object: KubeObject, old: KubeObject): FieldError[] {
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

interface Capacity {
  nodeTopology?: V1LabelSelector;
  storageClassName?: string;
  capacity?: string;
}

const capacityOf = (object: KubeObject): Capacity => object as Capacity & KubeObject;

/** How much room there is somewhere (Kubernetes: `storage/validation.ValidateCSIStorageCapacity`). */
export function validateStorageCapacity(object: KubeObject): FieldError[] {
  const { nodeTopology, storageClassName: name = '', capacity } = capacityOf(object);
  return [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...invalidEach('storageClassName', name, dns1123Subdomain(name)),
    ...(signOf(capacity) < 0 ? [invalidValue('capacity', capacity, notNegative)] : []),
  ];
}

/** Where, and of which class, stays. */
export function validateStorageCapacityUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [capacityOf(object), capacityOf(old)];
  const findings: FieldError[] = [];
  if (!isSame(now.nodeTopology, before.nodeTopology)) {
    const value = metaValue('LabelSelector', now.nodeTopology);
    findings.push(invalidValue('nodeTopology', value, immutable));
  }
  if (now.storageClassName !== before.storageClassName) {
    findings.push(invalidValue('storageClassName', now.storageClassName ?? '', immutable));
  }
  return findings;
}
