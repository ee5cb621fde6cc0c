import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1ClusterRole, V1RoleBinding, V1RoleRef } from '@pg8s/k8s-proto/generated/models';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { forbidden, isReason, notFound, StatusError } from '../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { isSame } from '../generic/copy-object.ts';
import type { ReviewAuthorizer } from '../../authorization/access-questions.ts';
import type { Rest } from '../rest.ts';
import { missingRules, type PolicyRule } from './rule-coverage.ts';

const group = 'rbac.authorization.k8s.io';
const masters = 'system:masters';

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function isAggregated(role: V1ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

function withoutOwnership(object: KubeObject): KubeObject {
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    managedFields: _managers,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}

/**
 * What the garbage collector writes changes no permission; any other change, of a label too, grants them
 * anew.
 */
function changesOnlyOwnership(object: KubeObject | undefined, old: KubeObject | undefined): boolean {
  if (object === undefined || old === undefined) return false;
  return isSame(withoutOwnership(object), withoutOwnership(old));
}

/** Who answers what a user may do and holds, and where bound roles are read. */
export interface EscalationCheckOptions {
  authorizer: ReviewAuthorizer;
  storageOf(group: string, resource: string): ResourceStorage;
}

/** Throws 403 unless the requester may write the object; `old` is what it replaces. */
type Check = (context: RequestContext, object: KubeObject, old: KubeObject | undefined) => Promise<void>;

/**
 * The endpoint of a role or binding, where nobody grants what they don't have (Kubernetes:
 * `registry/rbac/*\/policybased`): who writes one must hold all that it grants, or be allowed to `escalate`
 * that role, or to `bind` it. Other endpoints are returned as they are.
 */
export function guardEscalation(rest: Rest, options: EscalationCheckOptions): Rest {
  const { resource } = rest;
  if (resource.group !== group) return rest;
  const check = resource.name.endsWith('bindings') ? checkBinding(rest, options) : checkRole(rest, options);
  const { create, update } = rest;
  const guarded: Rest = { ...rest };
  if (create !== undefined) {
    guarded.create = async (context, object, createOptions) => {
      if (!isMaster(context)) await check(context, object, undefined);
      return create(context, object, createOptions);
    };
  }
  if (update !== undefined) {
    guarded.update = (context, name, transform, updateOptions) =>
      update(
        context,
        name,
        isMaster(context)
          ? transform
          : async (current) => {
              const object = await transform(current);
              if (!changesOnlyOwnership(object, current)) await check(context, object, current);
              return object;
            },
        updateOptions,
      );
  }
  return guarded;
}

const isMaster = ({ user }: RequestContext) => user.groups.includes(masters);

/** The rules of a Role or a ClusterRole: one has the fields of the other. */
const rulesOf = (role: V1ClusterRole): readonly PolicyRule[] => role.rules ?? [];

function checkRole(rest: Rest, { authorizer }: EscalationCheckOptions): Check {
  const { name: resource } = rest.resource;
  return async (context, object, old) => {
    const { requestInfo } = context;
    if (
      await mayDo(authorizer, context, {
        verb: 'escalate',
        apiGroup: group,
        resource,
        name: requestInfo.name,
      })
    )
      return;
    await confirm(authorizer, context, { rest, object, wanted: rulesOf(object) });
    // What will be aggregated cannot be known, so it takes all permissions there are.
    if (!isAggregated(object) && !isAggregated(old)) return;
    if ((await missingOf(authorizer, context, everything)).length === 0) return;
    const reason = 'must have cluster-admin privileges to use the aggregationRule';
    throw forbidden({ group, resource }, object.metadata.name ?? '', reason);
  };
}

function checkBinding(rest: Rest, { authorizer, storageOf }: EscalationCheckOptions): Check {
  return async (context, object) => {
    const { roleRef }: Partial<V1RoleBinding> = object;
    const { apiGroup = '', kind = '', name = '' }: Partial<V1RoleRef> = roleRef ?? {};
    const resource = ownValue({ ClusterRole: 'clusterroles', Role: 'roles' }, kind);
    if (resource === undefined) {
      throw new StatusError(500, undefined, `unsupported role reference kind: ${goQuote(kind)}`);
    }
    if (await mayDo(authorizer, context, { verb: 'bind', apiGroup, resource, name })) return;
    const key = { namespace: kind === 'ClusterRole' ? '' : context.requestInfo.namespace, name };
    const role = await storageOf(group, resource)
      .get(key, '0')
      .catch((error: unknown) => {
        // kube-apiserver looks in a cache that says of nothing what it is.
        throw isReason(error, 'NotFound') ? notFound({ group, resource: rest.resource.name }, name) : error;
      });
    await confirm(authorizer, context, { rest, object, wanted: rulesOf(role.object) });
  };
}

async function mayDo(
  authorizer: ReviewAuthorizer,
  { user, requestInfo }: RequestContext,
  { verb, ...what }: { verb: string; apiGroup: string; resource: string; name: string },
): Promise<boolean> {
  const { decision } = await authorizer.authorize({
    user,
    verb,
    isResourceRequest: true,
    namespace: requestInfo.namespace,
    ...what,
    apiVersion: '*',
    subresource: '',
    path: '',
    fieldSelector: '',
    labelSelector: '',
  });
  return decision === 'allow';
}

async function missingOf(
  authorizer: ReviewAuthorizer,
  { user, requestInfo }: RequestContext,
  wanted: readonly PolicyRule[],
): Promise<string[]> {
  const { resourceRules, nonResourceRules } = await authorizer.rulesFor(user, requestInfo.namespace);
  return missingRules([...resourceRules, ...nonResourceRules], wanted);
}

async function confirm(
  authorizer: ReviewAuthorizer,
  context: RequestContext,
  { rest, object, wanted }: { rest: Rest; object: KubeObject; wanted: readonly PolicyRule[] },
): Promise<void> {
  const missing = await missingOf(authorizer, context, wanted);
  if (missing.length === 0) return;
  const { user } = context;
  const groups = user.groups.map((item) => goQuote(item)).join(' ');
  throw forbidden(
    { group, resource: rest.resource.name },
    object.metadata.name ?? '',
    `user ${goQuote(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`,
  );
}
