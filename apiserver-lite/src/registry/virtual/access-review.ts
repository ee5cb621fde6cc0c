import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext, UserInfo } from '../../server/request-context.ts';
import { badRequest, invalid } from '../../server/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { Rest } from '../rest.ts';
import { invalidValue } from '../validation/field-errors.ts';
import type { AuthorizationQuestion, ReviewAuthorizer } from './authorizer.ts';

interface ReviewSpec {
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    version?: string;
    resource?: string;
    subresource?: string;
    name?: string;
    fieldSelector?: { rawSelector?: string };
    labelSelector?: { rawSelector?: string };
  };
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
  namespace?: string;
}

type Create = NonNullable<Rest['create']>;

function questionOf(
  { resourceAttributes, nonResourceAttributes }: ReviewSpec,
  user: UserInfo,
): AuthorizationQuestion {
  if (resourceAttributes !== undefined) {
    const { verb = '', namespace = '', group = '', version = '*', resource = '' } = resourceAttributes;
    return {
      user,
      verb,
      isResourceRequest: true,
      namespace,
      apiGroup: group,
      apiVersion: version === '' ? '*' : version,
      resource,
      subresource: resourceAttributes.subresource ?? '',
      name: resourceAttributes.name ?? '',
      path: '',
      fieldSelector: resourceAttributes.fieldSelector?.rawSelector ?? '',
      labelSelector: resourceAttributes.labelSelector?.rawSelector ?? '',
    };
  }
  return {
    user,
    verb: nonResourceAttributes?.verb ?? '',
    isResourceRequest: false,
    namespace: '',
    apiGroup: '',
    apiVersion: '',
    resource: '',
    subresource: '',
    name: '',
    path: nonResourceAttributes?.path ?? '',
    fieldSelector: '',
    labelSelector: '',
  };
}

function subjectOf({ user = '', uid, groups = [], extra }: ReviewSpec): UserInfo {
  return {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function check(kind: string, spec: ReviewSpec, needsSubject: boolean): void {
  const findings = [];
  const both = spec.resourceAttributes !== undefined && spec.nonResourceAttributes !== undefined;
  if (both) {
    findings.push(
      invalidValue(
        'spec.nonResourceAttributes',
        spec.nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    );
  }
  if (spec.resourceAttributes === undefined && spec.nonResourceAttributes === undefined) {
    findings.push(
      invalidValue(
        'spec.resourceAttributes',
        undefined,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    );
  }
  if (needsSubject && !spec.user && (spec.groups ?? []).length === 0) {
    findings.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  }
  if (findings.length > 0) throw invalid({ group: 'authorization.k8s.io', kind }, '', findings);
}

async function answered(object: KubeObject, question: AuthorizationQuestion, authorizer: ReviewAuthorizer) {
  const { decision, reason } = await authorizer.authorize(question);
  const status = {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason === '' ? {} : { reason }),
  };
  return new CachedObject({ ...object, status }, 0);
}

/** May that user do this? (`kubectl auth can-i --as`) */
export function subjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (_context, object) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    check('SubjectAccessReview', spec, true);
    return answered(object, questionOf(spec, subjectOf(spec)), authorizer);
  };
}

/** May I do this? (`kubectl auth can-i`) */
export function selfSubjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (context, object) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    check('SelfSubjectAccessReview', spec, false);
    return answered(object, questionOf(spec, context.user), authorizer);
  };
}

/** May that user do this in this namespace? */
export function localSubjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (context, object) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    const { namespace } = context.requestInfo;
    check('LocalSubjectAccessReview', spec, true);
    if ((spec.resourceAttributes?.namespace ?? '') !== namespace) {
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
    }
    return answered(object, questionOf(spec, subjectOf(spec)), authorizer);
  };
}

/** What may I do in that namespace? (`kubectl auth can-i --list`) */
export function selfSubjectRulesReview(authorizer: ReviewAuthorizer): Create {
  return async (context: RequestContext, object) => {
    const { namespace = '' } = (object['spec'] ?? {}) as ReviewSpec;
    if (namespace === '') throw badRequest('no namespace on request');
    const { resourceRules, nonResourceRules, incomplete, evaluationError } = await authorizer.rulesFor(
      context.user,
      namespace,
    );
    return new CachedObject(
      {
        // The answer is an object of its own: nothing of the question comes back.
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata: {},
        spec: {},
        status: {
          resourceRules,
          nonResourceRules,
          incomplete,
          ...(evaluationError === undefined ? {} : { evaluationError }),
        },
      },
      0,
    );
  };
}
