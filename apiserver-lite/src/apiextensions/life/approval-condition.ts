import { goQuote } from '@pg8s/k8s-proto/go-quote';
import {
  approvalAnnotation,
  approvalStateOf,
  isProtectedGroup,
  missingApproval,
  wrongApproval,
} from '../../registry/apiextensions/custom-resource-definition/approval.ts';
import type { Definition } from '../definition.ts';
import {
  conditionOf,
  saysSame,
  withCondition,
  type WantedCondition,
} from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';

const type = 'KubernetesAPIApprovalPolicyConformant';

function wantedCondition({ metadata }: Definition): WantedCondition {
  const text = metadata.annotations?.[approvalAnnotation] ?? '';
  switch (approvalStateOf(metadata)) {
    case 'missing':
      return { type, status: 'False', reason: 'MissingAnnotation', message: missingApproval };
    case 'bypassed':
      return {
        type,
        status: 'False',
        reason: 'UnapprovedAnnotation',
        message: `not approved: ${goQuote(text)}`,
      };
    case 'approved':
      return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${text}` };
    case 'invalid':
      return { type, status: 'False', reason: 'InvalidAnnotation', message: wrongApproval };
  }
}

/**
 * The definition with the condition that says whether the API of a community's group was approved; the
 * definition itself where nothing changes (Kubernetes: `controller/apiapproval`).
 */
export function withApproval(definition: Definition, nowMs: number): Definition {
  if (!isProtectedGroup(definition.spec.group)) return definition;
  const wanted = wantedCondition(definition);
  return saysSame(conditionOf(definition, type), wanted)
    ? definition
    : withCondition(definition, wanted, nowMs);
}
