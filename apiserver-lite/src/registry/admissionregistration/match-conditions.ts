import type { V1MatchCondition } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { duplicate, invalidEach, required, tooMany } from '../fields/field-errors.ts';
import { qualifiedName } from '../fields/formats.ts';
import { each } from '../fields/rules.ts';

const most = 64;

/**
 * Conditions have names of their own and expressions, which are not compiled (Kubernetes:
 * `validateMatchConditions`).
 */
export function validateMatchConditions(
  conditions: readonly V1MatchCondition[] | undefined,
  field: string,
): FieldError[] {
  const list = conditions ?? [];
  const names = list.map(({ name = '' }) => name);
  return [
    ...(list.length > most ? [tooMany(field, list.length, most)] : []),
    ...each(list, field, ({ name = '', expression = '' }, path, index) => {
      const findings = expression.trim() === '' ? [required(`${path}.expression`)] : [];
      if (name === '') return [...findings, required(`${path}.name`)];
      findings.push(...invalidEach(`${path}.name`, name, qualifiedName(name)));
      return names.indexOf(name) < index ? [...findings, duplicate(`${path}.name`, name)] : findings;
    }),
  ];
}
