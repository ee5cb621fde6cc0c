import type { V1Device } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { limitedList } from './limited-list.ts';

const most = 4;

/** What a device waits for before it is bound, and what ends the waiting. */
type BindingConditions = Pick<V1Device, 'bindingConditions' | 'bindingFailureConditions'>;

/**
 * Both lists or none, of at most four names, and no name twice (Kubernetes:
 * `validateDeviceBindingParameters`).
 */
export function validateBindingConditions(given: BindingConditions, field: string): FieldError[] {
  const { bindingConditions = [], bindingFailureConditions = [] } = given;
  const [good, bad] = [`${field}.bindingConditions`, `${field}.bindingFailureConditions`];
  const name = (text: string, path: string) => invalidEach(path, text, qualifiedName(text));
  const again = (list: readonly string[], at: string, index: number) =>
    list.indexOf(list[index] ?? '') < index ? [duplicate(`${at}[${index}]`, list[index])] : [];
  const findings = [
    ...limitedList(bindingConditions, good, name, { most }),
    ...limitedList(bindingFailureConditions, bad, name, { most }),
    ...bindingConditions.flatMap((_, index) => again(bindingConditions, good, index)),
  ];
  for (const [index, condition] of bindingFailureConditions.entries()) {
    findings.push(...again(bindingFailureConditions, bad, index));
    if (!bindingConditions.includes(condition)) continue;
    const detail = 'bindingFailureConditions must not overlap with bindingConditions';
    findings.push(invalidValue(`${bad}[${index}]`, condition, detail));
  }
  if (bindingConditions.length === 0 && bindingFailureConditions.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    findings.push(invalidValue(good, given.bindingConditions ?? null, detail));
  }
  if (bindingFailureConditions.length === 0 && bindingConditions.length > 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    findings.push(invalidValue(bad, given.bindingFailureConditions ?? null, detail));
  }
  return findings;
}
