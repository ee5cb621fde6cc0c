import { admissionEnvironment } from '@pg8s/cel/admission/admission-environment';
import { boolType } from '@pg8s/cel/types';
import type { V1MatchCondition } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { validateExpression } from '../fields/expressions.ts';
import { duplicate, invalidEach, required, tooMany } from '../fields/field-errors.ts';
import { qualifiedName } from '../fields/formats.ts';
import { each } from '../fields/rules.ts';

const most = 64;

/**
 * Conditions have names of their own and expressions that give bool; those of a policy with parameters may
 * use them (Kubernetes: `validateMatchConditions`).
 */
export function validateMatchConditions(
  conditions: readonly V1MatchCondition[] | undefined,
  field: string,
  params = false,
): FieldError[] {
  const environment = admissionEnvironment({ params, authorizer: true });
  const list = conditions ?? [];
  const names = list.map(({ name = '' }) => name);
  return [
    ...(list.length > most ? [tooMany(field, list.length, most)] : []),
    ...each(list, field, ({ name = '', expression = '' }, path, index) => {
      const text = expression.trim();
      const at = `${path}.expression`;
      const findings =
        text === '' ? [required(at)] : validateExpression(environment, at, text, { types: [boolType] });
      if (name === '') return [...findings, required(`${path}.name`)];
      findings.push(...invalidEach(`${path}.name`, name, qualifiedName(name)));
      return names.indexOf(name) < index ? [...findings, duplicate(`${path}.name`, name)] : findings;
    }),
  ];
}
