import { deviceEnvironment, deviceSizes, selectorCostLimit } from '@pg8s/cel/devices/device-environment';
import { anyType, boolType } from '@pg8s/cel/types';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import type {
  V1DeviceClaim,
  V1DeviceClaimConfiguration,
  V1DeviceConstraint,
  V1DeviceRequest,
  V1DeviceSelector,
  V1DeviceSubRequest,
  V1DeviceToleration,
  V1ExactDeviceRequest,
  V1OpaqueDeviceConfiguration,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { compileField } from '../../fields/expressions.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { each } from '../../fields/rules.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';
import { limitedList } from './limited-list.ts';
import { validateFullyQualifiedName, validateLabelName } from './resource-names.ts';

const maxItems = 32;
const maxAlternatives = 8;
const maxTextBytes = 10 * 1024;

/** Effects that a taint of a device may have. */
export const deviceTaintEffects = ['NoExecute', 'NoSchedule', 'None'];

/** The names of a claim's requests, and of the alternatives within each. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects them. */
export function requestNamesOf({ requests }: Partial<V1DeviceClaim>): RequestNames {
  return new Map(
    (requests ?? []).map(({ name, firstAvailable }) => [
      name,
      new Set((firstAvailable ?? []).map((alternative) => alternative.name)),
    ]),
  );
}

/** Which devices are asked for (Kubernetes: `resource/validation.validateDeviceClaim`). */
export function validateDeviceClaim(claim: Partial<V1DeviceClaim>, field: string): FieldError[] {
  const names = requestNamesOf(claim);
  return [
    ...limitedList(claim.requests, `${field}.requests`, validateRequest, {
      most: maxItems,
      keyOf: ({ name = '' }) => name,
    }),
    ...limitedList(
      claim.constraints,
      `${field}.constraints`,
      (constraint, path) => validateConstraint(constraint, path, names),
      { most: maxItems },
    ),
    ...limitedList(
      claim.config,
      `${field}.config`,
      (config, path) => validateClaimConfiguration(config, path, names),
      { most: maxItems },
    ),
  ];
}

function validateRequest(request: V1DeviceRequest, field: string): FieldError[] {
  const { name = '', exactly, firstAvailable } = request;
  const alternatives = firstAvailable ?? [];
  const findings = validateLabelName(name, `${field}.name`);
  const rule = 'exactly one of `exactly` or `firstAvailable` is required';
  if (!exactly && alternatives.length === 0) return [...findings, required(field, rule)];
  if (!exactly) {
    const rules = limitedList(alternatives, `${field}.firstAvailable`, validateAlternative, {
      most: maxAlternatives,
      keyOf: (alternative) => alternative.name,
    });
    return [...findings, ...rules];
  }
  return alternatives.length > 0
    ? [...findings, invalidValue(field, null, `${rule}, but multiple fields are set`)]
    : [...findings, ...validateWish(exactly, `${field}.exactly`)];
}

function validateAlternative(request: V1DeviceSubRequest, field: string): FieldError[] {
  return [...validateLabelName(request.name ?? '', `${field}.name`), ...validateWish(request, field)];
}

function validateWish(wish: V1ExactDeviceRequest | V1DeviceSubRequest, field: string): FieldError[] {
  const { deviceClassName: name = '' } = wish;
  const at = `${field}.deviceClassName`;
  return [
    ...(name === '' ? [required(at)] : invalidEach(at, name, dns1123Subdomain(name))),
    ...validateSelectors(wish.selectors, `${field}.selectors`),
    ...validateAllocationMode(wish, field),
    ...each(wish.tolerations, `${field}.tolerations`, validateDeviceToleration),
  ];
}

function validateAllocationMode({ allocationMode = '', count = 0 }: V1ExactDeviceRequest, field: string) {
  if (allocationMode === 'All') {
    const detail = `must not be specified when allocationMode is 'All'`;
    return count === 0 ? [] : [invalidValue(`${field}.count`, count, detail)];
  }
  if (allocationMode === 'ExactCount') {
    return count > 0 ? [] : [invalidValue(`${field}.count`, count, 'must be greater than zero')];
  }
  return [notSupported(`${field}.allocationMode`, allocationMode, ['All', 'ExactCount'])];
}

/** Selectors have expressions that give bool, of some length and estimated cost at most. */
export function validateSelectors(
  selectors: readonly V1DeviceSelector[] | undefined,
  field: string,
): FieldError[] {
  return limitedList(
    selectors,
    field,
    ({ cel }, path) => {
      if (!cel) return [required(`${path}.cel`)];
      return validateSelector(cel.expression ?? '', `${path}.cel.expression`);
    },
    { most: maxItems },
  );
}

function validateSelector(text: string, field: string): FieldError[] {
  if (Buffer.byteLength(text) > maxTextBytes) return [tooLong(field, maxTextBytes)];
  const { expression, finding } = compileField(deviceEnvironment, field, text, {
    types: [boolType, anyType],
    refuse: (got) => `must evaluate to bool or the unknown type, not ${got}`,
  });
  if (finding !== undefined) return [finding];
  return expression.estimateCost(deviceSizes).max > selectorCostLimit
    ? [forbiddenField(field, 'too complex, exceeds cost limit')]
    : [];
}

/** Which taints of devices do not matter. */
export function validateDeviceToleration(toleration: V1DeviceToleration, field: string): FieldError[] {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  const findings = key === '' ? [] : invalidEach(`${field}.key`, key, qualifiedName(key));
  if (operator === 'Exists') {
    const detail = 'must be empty for operator `Exists`';
    if (value !== '') findings.push(invalidValue(`${field}.value`, value, detail));
  } else if (operator === 'Equal') {
    findings.push(...invalidEach(`${field}.value`, value, validLabelValue(value)));
  } else if (operator === '') findings.push(required(`${field}.operator`));
  else findings.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !deviceTaintEffects.includes(effect)) {
    findings.push(notSupported(`${field}.effect`, effect, deviceTaintEffects));
  }
  return findings;
}

function validateConstraint(
  constraint: V1DeviceConstraint,
  field: string,
  names: RequestNames,
): FieldError[] {
  const { matchAttribute, distinctAttribute } = constraint;
  const findings = validateRequestRefs(constraint.requests, `${field}.requests`, names);
  if (typeof matchAttribute === 'string') {
    return [...findings, ...validateFullyQualifiedName(matchAttribute, `${field}.matchAttribute`)];
  }
  if (typeof distinctAttribute === 'string') {
    return [...findings, ...validateFullyQualifiedName(distinctAttribute, `${field}.distinctAttribute`)];
  }
  const detail =
    'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [...findings, required(field, detail)];
}

function validateClaimConfiguration(
  config: V1DeviceClaimConfiguration,
  field: string,
  names: RequestNames,
): FieldError[] {
  return [
    ...validateRequestRefs(config.requests, `${field}.requests`, names),
    ...validateConfiguration(config.opaque, `${field}.opaque`),
  ];
}

/** Validates the configuration for drivers. */
export function validateConfiguration(
  opaque: V1OpaqueDeviceConfiguration | undefined,
  field: string,
): FieldError[] {
  if (!opaque) return [required(field)];
  return [
    ...validateCsiDriverName(opaque.driver ?? '', `${field}.driver`),
    ...validateRawObject(opaque.parameters, `${field}.parameters`),
  ];
}

/** An object of which the server knows nothing but its size. */
export function validateRawObject(value: unknown, field: string): FieldError[] {
  if (value === undefined || value === null) return [required(field)];
  if (Buffer.byteLength(stringifyJson(value)) > maxTextBytes) return [tooLong(field, maxTextBytes)];
  return typeof value !== 'object' || Array.isArray(value)
    ? [invalidValue(field, '<value omitted>', 'must be a valid JSON object')]
    : [];
}

/** Requests by their names, each once. */
export function validateRequestRefs(
  refs: readonly string[] | undefined,
  field: string,
  names: RequestNames,
): FieldError[] {
  return limitedList(refs, field, (ref, path) => validateRequestRef(ref, path, names), {
    most: maxItems,
    keyOf: (ref) => ref,
  });
}

/** `request`, or `request/alternative`, of the claim. */
export function validateRequestRef(ref: string, field: string, names: RequestNames): FieldError[] {
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  const [request = '', alternative, ...rest] = ref.split('/');
  if (rest.length > 0) return [invalidValue(field, ref, detail)];
  const findings = ref.split('/').flatMap((part) => validateLabelName(part, field));
  const known = names.get(request);
  const isKnown = known !== undefined && (alternative === undefined || known.has(alternative));
  return isKnown ? findings : [...findings, invalidValue(field, ref, detail)];
}
