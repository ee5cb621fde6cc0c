import { goJson } from '@pg8s/k8s-proto/go-json';
import { specOf, statusOf } from '../../fields/spec-and-status.ts';
import type {
  ResourceV1ResourceClaim,
  V1AllocationResult,
  V1DeviceAllocationConfiguration,
  V1DeviceClaim,
  V1DeviceRequestAllocationResult,
  V1AllocatedDeviceStatus,
  V1ResourceClaimConsumerReference,
  V1ResourceClaimStatus,
  V1ResourceClaimTemplate,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import {
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../fields/field-errors.ts';
import { goValue, GoValue } from '../../fields/go-value.ts';
import { immutable, validateAnnotations, validateLabels } from '../../fields/metadata.ts';
import { validateNodeSelector } from '../../pod-template/scheduling/node-selector.ts';
import { each } from '../../fields/rules.ts';
import { validateConditions } from '../../fields/conditions.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';
import { validateTemplateMetadata } from '../../fields/template-metadata.ts';
import { validateBindingConditions } from '../devices/binding-conditions.ts';
import {
  requestNamesOf,
  validateConfiguration,
  validateDeviceClaim,
  validateDeviceToleration,
  validateRawObject,
  validateRequestRef,
  validateRequestRefs,
  type RequestNames,
} from '../devices/device-claim.ts';
import { limitedList } from '../devices/limited-list.ts';
import { validateLabelName, validatePoolName, validateUid } from '../devices/resource-names.ts';

const maxReservations = 256;
const maxResults = 32;

const devicesOf = (object: ResourceV1ResourceClaim) => specOf(object).devices ?? {};

/** A new claim of devices (Kubernetes: `resource/validation.ValidateResourceClaim`). */
export function validateResourceClaim(object: ResourceV1ResourceClaim): FieldError[] {
  return validateDeviceClaim(devicesOf(object), 'spec.devices');
}

/** Parameters of drivers are compared as they are written: the order of fields counts. */
function sameParameters({ config }: V1DeviceClaim, { config: before }: V1DeviceClaim): boolean {
  const texts = (list: V1DeviceClaim['config']) =>
    (list ?? []).map(({ opaque }) => goJson(opaque?.parameters ?? null)).join('\n');
  return texts(config) === texts(before);
}

/** A claim never changes what it asks for. */
export function validateResourceClaimUpdate(
  object: ResourceV1ResourceClaim,
  old: ResourceV1ResourceClaim,
): FieldError[] {
  return isSame(object.spec, old.spec) && sameParameters(devicesOf(object), devicesOf(old))
    ? []
    : [invalidValue('spec', goValue('resource.v1.ResourceClaimSpec', object.spec), immutable)];
}

/** A new template of claims (Kubernetes: `resource/validation.ValidateResourceClaimTemplate`). */
export function validateResourceClaimTemplate(object: V1ResourceClaimTemplate): FieldError[] {
  const { metadata = {}, spec } = specOf(object);
  const { devices = {} } = spec ?? {};
  return [
    ...validateAnnotations(metadata.annotations, 'spec.metadata.annotations'),
    ...validateLabels(metadata.labels, 'spec.metadata.labels'),
    ...validateTemplateMetadata(metadata, 'spec.metadata'),
    ...validateDeviceClaim(devices, 'spec.spec.devices'),
  ];
}

/** A template never changes. */
export function validateResourceClaimTemplateUpdate(
  object: V1ResourceClaimTemplate,
  old: V1ResourceClaimTemplate,
): FieldError[] {
  const [devices, before] = [specOf(object).spec?.devices ?? {}, specOf(old).spec?.devices ?? {}];
  return isSame(object.spec, old.spec) && sameParameters(devices, before)
    ? []
    : [invalidValue('spec', goValue('resource.v1.ResourceClaimTemplateSpec', object.spec), immutable)];
}

/**
 * Which devices a claim was given, and its users (Kubernetes:
 * `resource/validation.ValidateResourceClaimStatusUpdate`).
 */
export function validateResourceClaimStatus(
  object: ResourceV1ResourceClaim,
  old: ResourceV1ResourceClaim,
): FieldError[] {
  const [status, before] = [statusOf(object), statusOf(old)];
  const names = requestNamesOf(devicesOf(object));
  const allocated = new Set((status.allocation?.devices?.results ?? []).map(idOf));
  return [
    ...limitedList(status.reservedFor, 'status.reservedFor', validateConsumer, {
      most: maxReservations,
      keyOf: ({ uid = '' }) => uid,
    }),
    ...limitedList(
      status.devices,
      'status.devices',
      (device, path) => validateDeviceStatus(device, path, allocated),
      { keyOf: (device) => idOf(device) },
    ),
    ...validateReservations(status, before, object.metadata.deletionTimestamp !== undefined),
    ...validateAllocation(status.allocation, before.allocation, names),
  ];
}

type DeviceId = Pick<V1AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>;

function idOf({ driver = '', pool = '', device = '', shareID }: DeviceId): string {
  const id = `${driver}/${pool}/${device}`;
  return shareID === undefined ? id : `${id}/${shareID}`;
}

function validateConsumer(consumer: V1ResourceClaimConsumerReference, field: string): FieldError[] {
  return (['resource', 'name', 'uid'] as const)
    .filter((name) => !consumer[name])
    .map((name) => required(`${field}.${name}`));
}

function validateReservations(
  { reservedFor = [], allocation }: V1ResourceClaimStatus,
  before: V1ResourceClaimStatus,
  isDeleted: boolean,
): FieldError[] {
  if (reservedFor.length === 0) return [];
  const field = 'status.reservedFor';
  if (!allocation) return [forbiddenField(field, 'may not be specified when `allocated` is not set')];
  const added = reservedFor.some((one) => !(before.reservedFor ?? []).some((old) => isSame(one, old)));
  const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
  return isDeleted && added ? [forbiddenField(field, detail)] : [];
}

function validateAllocation(
  allocation: V1AllocationResult | undefined,
  before: V1AllocationResult | undefined,
  names: RequestNames,
): FieldError[] {
  const field = 'status.allocation';
  if (!allocation) return [];
  if (before) {
    return isSame(allocation, before)
      ? []
      : [invalidValue(field, goValue('resource.v1.AllocationResult', allocation), immutable)];
  }
  const { results, config } = allocation.devices ?? {};
  return [
    ...limitedList(
      results,
      `${field}.devices.results`,
      (result, path) => validateResult(result, path, names),
      { most: maxResults },
    ),
    ...limitedList(
      config,
      `${field}.devices.config`,
      (one, path) => validateAllocatedConfig(one, path, names),
      { most: 64 },
    ),
    ...(allocation.nodeSelector
      ? validateNodeSelector(allocation.nodeSelector, `${field}.nodeSelector`)
      : []),
  ];
}

function validateResult(
  result: V1DeviceRequestAllocationResult,
  field: string,
  names: RequestNames,
): FieldError[] {
  return [
    ...validateRequestRef(result.request ?? '', `${field}.request`, names),
    ...validateCsiDriverName(result.driver ?? '', `${field}.driver`),
    ...validatePoolName(result.pool ?? '', `${field}.pool`),
    ...validateLabelName(result.device ?? '', `${field}.device`),
    ...validateBindingConditions(result, field),
    ...each(result.tolerations, `${field}.tolerations`, validateDeviceToleration),
    ...(result.shareID ? validateUid(result.shareID, `${field}.shareID`) : []),
  ];
}

function validateAllocatedConfig(
  config: V1DeviceAllocationConfiguration,
  field: string,
  names: RequestNames,
): FieldError[] {
  const { source = '' } = config;
  const sources = ['FromClaim', 'FromClass'];
  const findings: FieldError[] = [];
  if (source === '') findings.push(required(`${field}.source`));
  else if (!sources.includes(source)) findings.push(notSupported(`${field}.source`, source, sources));
  return [
    ...findings,
    ...validateRequestRefs(config.requests, `${field}.requests`, names),
    ...validateConfiguration(config.opaque, `${field}.opaque`),
  ];
}

function validateDeviceStatus(
  device: V1AllocatedDeviceStatus,
  field: string,
  allocated: ReadonlySet<string>,
): FieldError[] {
  const { data, networkData, shareID } = device;
  const conditions = device.conditions ?? [];
  const findings = [
    ...validateCsiDriverName(device.driver ?? '', `${field}.driver`),
    ...validatePoolName(device.pool ?? '', `${field}.pool`),
    ...validateLabelName(device.device ?? '', `${field}.device`),
    ...(shareID ? validateUid(shareID, `${field}.shareID`) : []),
  ];
  if (!allocated.has(idOf(device))) {
    const value = new GoValue({
      Driver: device.driver ?? '',
      Pool: device.pool ?? '',
      Device: device.device ?? '',
      ShareID: shareID ?? '',
    });
    findings.push(invalidValue(field, value, 'must be an allocated device in the claim'));
  }
  if (conditions.length > 8) findings.push(tooMany(`${field}.conditions`, conditions.length, 8));
  findings.push(...validateConditions(conditions, `${field}.conditions`));
  if (data !== undefined && data !== null) findings.push(...validateRawObject(data, `${field}.data`));
  if (!networkData) return findings;
  const { interfaceName = '', hardwareAddress = '', ips } = networkData;
  const at = `${field}.networkData`;
  if (interfaceName.length > 256) findings.push(tooLong(`${at}.interfaceName`, 256));
  if (hardwareAddress.length > 128) findings.push(tooLong(`${at}.hardwareAddress`, 128));
  return [...findings, ...limitedList(ips, `${at}.ips`, () => [], { most: 16, keyOf: (ip) => ip })];
}
