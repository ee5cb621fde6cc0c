import type {
  V1Device,
  V1DeviceAttribute,
  V1DeviceCapacity,
  V1DeviceCounterConsumption,
  V1DeviceTaint,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateNodeSelector } from '../../pod-template/scheduling/node-selector.ts';
import { validateBindingConditions } from './binding-conditions.ts';
import { validateCounters } from './counters.ts';
import { deviceTaintEffects } from './device-claim.ts';
import { limitedList, shortKey } from './limited-list.ts';
import { validateRequestPolicy } from './request-policy.ts';
import { maxQualifiedBytes, validateLabelName, validateResourceQualifiedName } from './resource-names.ts';
import { sortedEntries } from '../../fields/sorted-entries.ts';

const maxAttributesAndCapacities = 32;
const maxValueBytes = 64;
const maxTaints = 16;
const maxConsumptions = 2;

/** What is known of a device from elsewhere. */
interface Around {
  /** As it was stored; what did not change is not judged again. */
  old: V1Device | undefined;
  /** Each device says from which nodes it can be reached. */
  selectsNodes: boolean;
}

/** A device, its attributes and what it can give (Kubernetes: `resource/validation.validateDevice`). */
export function validateDevice(device: V1Device, field: string, { old, selectsNodes }: Around): FieldError[] {
  const { attributes = {}, capacity = {} } = device;
  const findings = validateLabelName(device.name ?? '', `${field}.name`);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > maxAttributesAndCapacities) {
    const detail = `the total number of attributes and capacities must not exceed ${maxAttributesAndCapacities}`;
    findings.push(invalidValue(field, count, detail));
  }
  findings.push(...keyed(attributes, `${field}.attributes`, validateAttribute));
  if (old === undefined || !isSame(old.capacity, device.capacity)) {
    const several = device.allowMultipleAllocations === true;
    const rule = (one: V1DeviceCapacity, path: string) => validateCapacity(one, path, several);
    findings.push(...keyed(capacity, `${field}.capacity`, rule));
  }
  if (old === undefined || !isSame(old.taints, device.taints)) {
    findings.push(...limitedList(device.taints, `${field}.taints`, validateTaint, { most: maxTaints }));
  }
  return [
    ...findings,
    ...limitedList(device.consumesCounters, `${field}.consumesCounters`, validateConsumption, {
      most: maxConsumptions,
      keyOf: ({ counterSet = '' }) => counterSet,
    }),
    ...validateNodes(device, field, selectsNodes),
    ...validateBindingConditions(device, field),
  ];
}

function keyed<T>(
  map: Record<string, T>,
  field: string,
  rule: (item: T, path: string) => FieldError[],
): FieldError[] {
  return sortedEntries(map).flatMap(([key, item]) => [
    ...validateResourceQualifiedName(key, field),
    ...rule(item, `${field}[${shortKey(key, maxQualifiedBytes)}]`),
  ]);
}

const version =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function validateAttribute(attribute: V1DeviceAttribute, field: string): FieldError[] {
  const { string: text, version: versionText, bool, int } = attribute;
  const findings: FieldError[] = [];
  const size = (value: string, at: string) =>
    Buffer.byteLength(value) > maxValueBytes ? [tooLong(at, maxValueBytes)] : [];
  if (typeof text === 'string') findings.push(...size(text, `${field}.string`));
  if (typeof versionText === 'string') {
    const at = `${field}.version`;
    const detail = 'must be a string compatible with semver.org spec 2.0.0';
    if (!version.test(versionText)) findings.push(invalidValue(at, versionText, detail));
    findings.push(...size(versionText, at));
  }
  const values = [bool, int, text, versionText];
  const count = values.filter((value) => value !== undefined && value !== null).length;
  if (count === 1) return findings;
  const value = count === 0 ? '' : goValue('resource.v1.DeviceAttribute', attribute);
  return [...findings, invalidValue(field, value, 'exactly one value must be specified')];
}

function validateCapacity(
  { value, requestPolicy }: V1DeviceCapacity,
  field: string,
  several: boolean,
): FieldError[] {
  if (!requestPolicy) return [];
  const at = `${field}.requestPolicy`;
  return several
    ? validateRequestPolicy(value, requestPolicy, at)
    : [forbiddenField(at, 'allowMultipleAllocations must be true')];
}

function validateTaint({ key = '', value = '', effect = '' }: V1DeviceTaint, field: string): FieldError[] {
  const findings = invalidEach(`${field}.key`, key, qualifiedName(key));
  if (value !== '') findings.push(...invalidEach(`${field}.value`, value, validLabelValue(value)));
  if (effect === '') findings.push(required(`${field}.effect`));
  else if (!deviceTaintEffects.includes(effect)) {
    findings.push(notSupported(`${field}.effect`, effect, deviceTaintEffects));
  }
  return findings;
}

function validateConsumption(
  { counterSet = '', counters }: V1DeviceCounterConsumption,
  field: string,
): FieldError[] {
  const at = `${field}.counterSet`;
  return [
    ...(counterSet === '' ? [required(at)] : validateLabelName(counterSet, at)),
    ...validateCounters(counters, `${field}.counters`),
  ];
}

function validateNodes(device: V1Device, field: string, selectsNodes: boolean): FieldError[] {
  const { nodeName, nodeSelector, allNodes } = device;
  const isGiven = (value: unknown) => value !== undefined && value !== null;
  if (!selectsNodes) {
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return [nodeName, nodeSelector, allNodes].some(isGiven) ? [invalidValue(field, null, detail)] : [];
  }
  const findings: FieldError[] = [];
  const set: string[] = [];
  if (nodeName === '') findings.push(invalidValue(`${field}.nodeName`, nodeName, 'must not be empty'));
  else if (typeof nodeName === 'string') {
    set.push('`nodeName`');
    findings.push(...invalidEach(`${field}.nodeName`, nodeName, dns1123Subdomain(nodeName)));
  }
  if (nodeSelector) {
    set.push('`nodeSelector`');
    findings.push(...validateNodeSelector(nodeSelector, `${field}.nodeSelector`));
  }
  if (allNodes === true) set.push('`allNodes`');
  else if (allNodes === false) {
    findings.push(invalidValue(`${field}.allNodes`, allNodes, 'must be either unset or set to true'));
  }
  const rule =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) return [...findings, required(field, rule)];
  return set.length === 1 ? findings : [...findings, invalidValue(field, `{${set.join(', ')}}`, rule)];
}
