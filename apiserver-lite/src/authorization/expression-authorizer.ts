import type {
  AuthorizationDecision,
  AuthorizationQuestion as ExpressionQuestion,
  ExpressionAuthorizer,
} from '@pg8s/cel/libraries/authorizer/asked-authorizer';
import type { UserInfo } from '../http/request-context.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { parseLabelSelector } from '../selectors/label-selector.ts';
import type { AuthorizationQuestion } from './access-questions.ts';
import type { Authorization, Authorizer } from './authorizer.ts';

/**
 * Answers what expressions ask the variable `authorizer` about a user, or about a service account that they
 * name (Kubernetes: `cel/library/authz.go`). An authorizer that throws is an error that expressions can see.
 */
export function expressionAuthorizer(authorizer: Authorizer, user: UserInfo): ExpressionAuthorizer {
  return {
    authorize(asked) {
      try {
        const answer = authorizer.authorize(questionOf(asked, user));
        return answer instanceof Promise ? answer.then(decisionOf, failure) : decisionOf(answer);
      } catch (error) {
        return failure(error);
      }
    },
  };
}

function decisionOf({ decision, reason }: Authorization): AuthorizationDecision {
  return { allowed: decision === 'allow', reason };
}

function failure(error: unknown): AuthorizationDecision {
  return { allowed: false, reason: '', error: error instanceof Error ? error.message : String(error) };
}

function questionOf(asked: ExpressionQuestion, requestUser: UserInfo): AuthorizationQuestion {
  const { serviceAccount, verb, path } = asked;
  const user = serviceAccount === undefined ? requestUser : serviceAccountUser(serviceAccount);
  const isResourceRequest = path === undefined;
  return {
    user,
    verb,
    isResourceRequest,
    namespace: asked.namespace ?? '',
    apiGroup: asked.group ?? '',
    apiVersion: isResourceRequest ? '*' : '',
    resource: asked.resource ?? '',
    subresource: asked.subresource ?? '',
    name: asked.name ?? '',
    path: path ?? '',
    fieldSelector: readable(asked.fieldSelector, parseFieldSelector),
    labelSelector: readable(asked.labelSelector, parseLabelSelector),
  };
}

/** As a service account's token without a Pod makes it. */
function serviceAccountUser({ namespace, name }: { namespace: string; name: string }): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}

/** A selector that cannot be read narrows nothing. */
function readable(selector: string | undefined, parse: (text: string) => unknown): string {
  if (selector === undefined || selector === '') return '';
  try {
    parse(selector);
    return selector;
  } catch {
    return '';
  }
}
