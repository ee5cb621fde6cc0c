import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext, UserInfo } from '../../http/request-context.ts';
import { badRequest, invalid, type FieldError } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { Rest } from '../rest.ts';
import { invalidValue } from '../fields/field-errors.ts';
import { goValue, metaValue } from '../fields/go-value.ts';
import {
  type AskedSelectors,
  type ReadSelectors,
  readSelectors,
  validateSelectors,
} from './review-selectors.ts';
import type { AuthorizationQuestion, ReviewAuthorizer } from '../../authorization/access-questions.ts';

interface ReviewSpec {
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    version?: string;
    resource?: string;
    subresource?: string;
    name?: string;
  } & AskedSelectors;
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
): AuthorizationQuestion & Pick<ReadSelectors, 'evaluationErrors'> {
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
      ...readSelectors(resourceAttributes),
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
    evaluationErrors: [],
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

const group = 'authorization.k8s.io';
const printed = (spec: ReviewSpec) =>
  goValue('authorization.v1.NonResourceAttributes', spec.nonResourceAttributes);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Only who wrote the question may stand in its metadata, and the namespace of a local one. */
function checkMetadata({ metadata }: KubeObject, isLocal: boolean): FieldError[] {
  const { managedFields: _managers, ...others } = metadata;
  const given = Object.entries(others).filter(([name]) => !(isLocal && name === 'namespace'));
  if (given.every(([, value]) => isEmpty(value))) return [];
  const detail = isLocal ? 'must be empty except for namespace' : 'must be empty';
  return [invalidValue('metadata', metaValue('ObjectMeta', metadata), detail)];
}

/** Such questions are not stored: they have no uid, and no time at which they were made. */
function dropSystemFields({ metadata }: KubeObject): void {
  for (const name of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
  ]) {
    delete (metadata as Record<string, unknown>)[name];
  }
}

function check(object: KubeObject, spec: ReviewSpec, rules: { subject: boolean; local?: true }): void {
  dropSystemFields(object);
  const findings: FieldError[] = [];
  const both = spec.resourceAttributes !== undefined && spec.nonResourceAttributes !== undefined;
  if (both) {
    findings.push(
      invalidValue(
        'spec.nonResourceAttributes',
        printed(spec),
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
  if (rules.subject && !spec.user && (spec.groups ?? []).length === 0) {
    findings.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  }
  findings.push(...validateSelectors(spec.resourceAttributes));
  findings.push(...checkMetadata(object, rules.local === true));
  if (rules.local === true) {
    const { namespace = '' } = spec.resourceAttributes ?? {};
    if (spec.resourceAttributes !== undefined && namespace !== (object.metadata.namespace ?? '')) {
      const detail = 'must match metadata.namespace';
      findings.push(invalidValue('spec.resourceAttributes.namespace', namespace, detail));
    }
    if (spec.nonResourceAttributes !== undefined) {
      const detail = 'disallowed on this kind of request';
      findings.push(invalidValue('spec.nonResourceAttributes', printed(spec), detail));
    }
  }
  // kube-apiserver names no kind here.
  if (findings.length > 0) throw invalid({ group, kind: '' }, '', findings);
}

async function answered(
  object: KubeObject,
  { evaluationErrors, ...question }: ReturnType<typeof questionOf>,
  authorizer: ReviewAuthorizer,
) {
  const { decision, reason } = await authorizer.authorize(question);
  const status = {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason === '' ? {} : { reason }),
    ...(evaluationErrors.length === 0 ? {} : { evaluationError: evaluationErrors.join('; ') }),
  };
  return new CachedObject({ ...object, status }, 0);
}

/** May that user do this? (`kubectl auth can-i --as`) */
export function subjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (_context, object, { validate }) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    check(object, spec, { subject: true });
    await validate(object);
    return answered(object, questionOf(spec, subjectOf(spec)), authorizer);
  };
}

/** May I do this? (`kubectl auth can-i`) */
export function selfSubjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (context, object, { validate }) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    check(object, spec, { subject: false });
    await validate(object);
    return answered(object, questionOf(spec, context.user), authorizer);
  };
}

/** May that user do this in this namespace? */
export function localSubjectAccessReview(authorizer: ReviewAuthorizer): Create {
  return async (_context, object, { validate }) => {
    const spec = (object['spec'] ?? {}) as ReviewSpec;
    check(object, spec, { subject: true, local: true });
    await validate(object);
    return answered(object, questionOf(spec, subjectOf(spec)), authorizer);
  };
}

/** What may I do in that namespace? (`kubectl auth can-i --list`) */
export function selfSubjectRulesReview(authorizer: ReviewAuthorizer): Create {
  return async (context: RequestContext, object, { validate }) => {
    const { namespace = '' } = (object['spec'] ?? {}) as ReviewSpec;
    if (namespace === '') throw badRequest('no namespace on request');
    await validate(object);
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
