import type { V1CapacityRequestPolicy, V1CapacityRequestPolicyRange } from '@pg8s/k8s-proto/generated/models';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  quantityValue,
  type Quantity,
} from '@pg8s/k8s-proto/quantity';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, required } from '../../fields/field-errors.ts';
import { compareAmounts, quantityOf, signOf } from '../../fields/rules.ts';
import { limitedList } from './limited-list.ts';

const maxValues = 10;

const shown = (amount: unknown) => formatQuantity(quantityOf(amount) ?? parseQuantity('0'));
const exceeds = (left: unknown, right: unknown) => (compareAmounts(left, right) ?? 0) > 0;

/** How a capacity may be shared out (Kubernetes: `resource/validation.validateRequestPolicy`). */
export function validateRequestPolicy(
  capacity: string,
  policy: V1CapacityRequestPolicy,
  field: string,
): FieldError[] {
  const { validValues = [], validRange, default: standard } = policy;
  if (validValues.length > 0 && validRange) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    return [forbiddenField(field, detail)];
  }
  const name = validValues.length > 0 ? 'validValues' : 'validRange';
  if (validValues.length === 0 && !validRange) return [];
  if (standard === undefined || standard === null) {
    return [required(`${field}.default`, `required when ${name} is defined`)];
  }
  return validRange
    ? validateRange(standard, capacity, validRange, `${field}.validRange`)
    : validateValues(standard, capacity, validValues, `${field}.validValues`);
}

function validateValues(
  standard: string,
  capacity: string,
  values: readonly string[],
  field: string,
): FieldError[] {
  const findings = values.flatMap((value, index) =>
    index > 0 && exceeds(values[index - 1], value)
      ? [invalidValue(`${field}[${index}]`, shown(value), 'values must be sorted in ascending order')]
      : [],
  );
  const tooLarge = (value: string, path: string) =>
    exceeds(value, capacity)
      ? [invalidValue(path, shown(value), `option is larger than capacity value: ${shown(capacity)}`)]
      : [];
  findings.push(
    ...limitedList(values, field, tooLarge, { most: maxValues, keyOf: (value) => String(wholeOf(value)) }),
  );
  if (values.length > maxValues || !values.some((value) => compareAmounts(value, standard) === 0)) {
    const detail = 'default value is not valid according to the requestPolicy';
    findings.push(invalidValue(field, shown(standard), detail));
  }
  return findings;
}

function validateRange(
  standard: string,
  capacity: string,
  { min, max, step }: V1CapacityRequestPolicyRange,
  field: string,
): FieldError[] {
  if (min === undefined || min === null) {
    return [required(`${field}.min`, 'required when validRange is defined')];
  }
  const findings: FieldError[] = [];
  const refuse = (name: string, value: string, detail: string) =>
    findings.push(invalidValue(`${field}.${name}`, shown(value), detail));
  const whole = shown(capacity);
  if (exceeds(min, capacity)) refuse('min', min, `min is larger than capacity value: ${whole}`);
  if (exceeds(min, standard)) refuse('min', standard, `default is less than min: ${shown(min)}`);
  if (max) {
    if (exceeds(min, max)) refuse('max', min, `min is larger than max: ${shown(max)}`);
    if (exceeds(max, capacity)) refuse('max', max, `max is larger than capacity value: ${whole}`);
    if (exceeds(standard, max)) refuse('max', standard, `default is more than max: ${shown(max)}`);
  }
  if (!step) return findings;
  if (signOf(step) <= 0) refuse('step', step, 'must be greater than zero');
  else {
    const first = formatQuantity(addQuantities(asQuantity(min), asQuantity(step)));
    if (exceeds(first, capacity)) {
      refuse('step', step, `one step ${first} is larger than capacity value: ${whole}`);
    }
    for (const value of max ? [standard, max] : [standard]) {
      if ((wholeOf(value) - wholeOf(min)) % wholeOf(step) === 0n) continue;
      refuse('step', value, `value is not a multiple of a given step (${shown(step)}) from (${shown(min)})`);
    }
  }
  return findings;
}

const asQuantity = (amount: string): Quantity => quantityOf(amount) ?? parseQuantity('0');

const wholeOf = (amount: string) => quantityValue(asQuantity(amount));
