import type { V1ValidatingAdmissionPolicySpec, V1Variable } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, required } from '../fields/field-errors.ts';
import { each, oneOf } from '../fields/rules.ts';
import { isSame } from '../generic/copy-object.ts';
import { validateMatchConditions } from './match-conditions.ts';
import { validateMatchConstraints, validateMutableOperations, validateParamKind } from './match-resources.ts';

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

export type Common = Pick<
  V1ValidatingAdmissionPolicySpec,
  'failurePolicy' | 'matchConditions' | 'matchConstraints' | 'paramKind' | 'variables'
>;

/**
 * What a policy of either kind says: when it applies, and what its expressions can name. They are not
 * compiled.
 */
export function validateCommon(spec: Common, old: Common | undefined, isMutating: boolean): FieldError[] {
  const { matchConstraints, paramKind } = spec;
  const keepsConditions =
    old !== undefined &&
    isSame(paramKind, old.paramKind) &&
    isSame(spec.matchConditions, old.matchConditions);
  return [
    ...oneOf('spec.failurePolicy', spec.failurePolicy, ['Fail', 'Ignore']),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...validateMatchConstraints(matchConstraints, 'spec.matchConstraints'),
    ...(isMutating ? validateMutableOperations(matchConstraints, 'spec.matchConstraints') : []),
    ...(keepsConditions ? [] : validateMatchConditions(spec.matchConditions, 'spec.matchConditions')),
    ...each(spec.variables, 'spec.variables', validateVariable),
  ];
}

function validateVariable({ name = '', expression = '' }: V1Variable, field: string): FieldError[] {
  const findings: FieldError[] = [];
  if (name.trim() === '') findings.push(required(`${field}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
    findings.push(invalidValue(`${field}.name`, name, 'name is not a valid CEL identifier'));
  }
  return expression.trim() === ''
    ? [...findings, required(`${field}.expression`, 'expression is not specified')]
    : findings;
}
