import { dns1123Label, dns1123Subdomain } from '@pg8s/k8s-proto/formats/names';
import type { Library } from '../../library.ts';
import { boolType, type CelType, stringType } from '../../types.ts';
import { EvaluationError } from '../../values.ts';
import { declare, member } from '../declare.ts';
import type { AuthorizationDecision } from './asked-authorizer.ts';
import {
  authorizerType,
  type CheckValue,
  decisionType,
  DecisionValue,
  groupCheckType,
  pathCheckType,
  resourceCheckType,
} from './authorizer-values.ts';

function check({ authorizer, about }: CheckValue, verb: string): DecisionValue | EvaluationError {
  const decision = authorizer.decide({ ...about, verb });
  return decision instanceof EvaluationError ? decision : new DecisionValue(decision);
}

function serviceAccount(authorizer: CheckValue, namespace: string, name: string) {
  if (dns1123Subdomain(name).length > 0) return new EvaluationError('Invalid service account name');
  if (dns1123Label(namespace).length > 0) return new EvaluationError('Invalid service account namespace');
  return authorizer.with(authorizerType, { serviceAccount: { namespace, name } });
}

/** A step that puts a text into the question; it may not be empty where `required`. */
function step(
  name:
    | 'path'
    | 'group'
    | 'resource'
    | 'subresource'
    | 'namespace'
    | 'name'
    | 'fieldSelector'
    | 'labelSelector',
  id: string,
  { from, to, required = false }: { from: CelType; to: CelType; required?: boolean },
) {
  return declare(
    name,
    member(id, [from, stringType], to, (checked: CheckValue, text: string) =>
      required && text.trim() === ''
        ? new EvaluationError(`${name} must not be empty`)
        : checked.with(to, { [name]: text }),
    ),
  );
}

const refine = { from: resourceCheckType, to: resourceCheckType };

const fact = (name: string, type: CelType, get: (decision: AuthorizationDecision) => boolean | string) =>
  declare(
    name,
    member(`decision_${name}`, [decisionType], type, ({ decision }: DecisionValue) => get(decision)),
  );

/** Questions to the authorizer (Kubernetes: `kubernetes.authz`, since 1.27). */
export const authorizerLibrary: Library = {
  name: 'kubernetes.authz',
  functions: [
    step('path', 'authorizer_path', { from: authorizerType, to: pathCheckType, required: true }),
    step('group', 'authorizer_group', { from: authorizerType, to: groupCheckType }),
    declare(
      'serviceAccount',
      member(
        'authorizer_serviceaccount',
        [authorizerType, stringType, stringType],
        authorizerType,
        serviceAccount,
      ),
    ),
    step('resource', 'groupcheck_resource', { from: groupCheckType, to: resourceCheckType, required: true }),
    step('subresource', 'resourcecheck_subresource', refine),
    step('namespace', 'resourcecheck_namespace', refine),
    step('name', 'resourcecheck_name', refine),
    declare(
      'check',
      member('pathcheck_check', [pathCheckType, stringType], decisionType, check),
      member('resourcecheck_check', [resourceCheckType, stringType], decisionType, check),
    ),
    fact('errored', boolType, ({ error }) => error !== undefined),
    fact('error', stringType, ({ error }) => error ?? ''),
    fact('allowed', boolType, ({ allowed }) => allowed),
    fact('reason', stringType, ({ reason }) => reason),
  ],
};

/** Selectors in questions to the authorizer (Kubernetes: `kubernetes.authzSelectors`, since 1.31). */
export const authorizerSelectorsLibrary: Library = {
  name: 'kubernetes.authzSelectors',
  functions: [
    step('fieldSelector', 'authorizer_fieldselector', refine),
    step('labelSelector', 'authorizer_labelselector', refine),
  ],
};
