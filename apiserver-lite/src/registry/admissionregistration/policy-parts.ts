import { admissionEnvironment, PolicyVariables } from '@pg8s/cel/admission/admission-environment';
import type { Environment } from '@pg8s/cel/environment';
import type { V1ValidatingAdmissionPolicySpec, V1Variable } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { compileField } from '../fields/expressions.ts';
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

/** Environments of the expressions of one policy, in which its variables are declared as they are judged. */
export class PolicyExpressions {
  readonly #params: boolean;
  readonly #variables: PolicyVariables | undefined;

  constructor({ paramKind, variables }: Common, isMutating: boolean) {
    this.#params = (paramKind ?? undefined) !== undefined;
    this.#variables = isMutating || (variables ?? []).length > 0 ? new PolicyVariables() : undefined;
  }

  /** Of variables, validations and annotations. */
  get whole(): Environment {
    return this.#with(admissionEnvironment({ params: this.#params, authorizer: true }));
  }

  /** Of messages, which ask no authorizer. `params` are declared only for match conditions of the policy. */
  get messages(): Environment {
    return this.#with(admissionEnvironment({ params: this.#params, authorizer: false }));
  }

  /** Of mutations. */
  get patches(): Environment {
    return this.#with(admissionEnvironment({ params: this.#params, authorizer: true, patches: true }));
  }

  #with(environment: Environment): Environment {
    return this.#variables?.in(environment) ?? environment;
  }

  /** What is wrong with a variable's expression; it is declared either way. */
  declare(name: string, text: string, field: string): FieldError[] {
    const { expression, finding } = compileField(this.whole, field, text);
    this.#variables?.add(name, expression?.resultType);
    return finding === undefined ? [] : [finding];
  }
}

/** What a policy of either kind says: when it applies, and what its expressions can name. */
export function validateCommon(
  spec: Common,
  old: Common | undefined,
  { isMutating, expressions }: { isMutating: boolean; expressions: PolicyExpressions },
): FieldError[] {
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
    ...(keepsConditions
      ? []
      : validateMatchConditions(
          spec.matchConditions,
          'spec.matchConditions',
          (paramKind ?? undefined) !== undefined,
        )),
    ...each(spec.variables, 'spec.variables', (variable, field) =>
      validateVariable(variable, field, expressions),
    ),
  ];
}

function validateVariable(
  { name = '', expression = '' }: V1Variable,
  field: string,
  expressions: PolicyExpressions,
): FieldError[] {
  const findings: FieldError[] = [];
  if (name.trim() === '') findings.push(required(`${field}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
    findings.push(invalidValue(`${field}.name`, name, 'must be a valid CEL identifier'));
  }
  const at = `${field}.expression`;
  return expression.trim() === ''
    ? [...findings, required(at, 'expression is not specified')]
    : [...findings, ...expressions.declare(name, expression, at)];
}
