import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionAttributes, AdmissionPlugin } from '../../admission/admission.ts';
import { forbidden } from '../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import { isSame } from '../generic/copy-object.ts';
import type { ReviewAuthorizer } from '../../authorization/access-questions.ts';
import { missingRules, type PolicyRule } from './rule-coverage.ts';

const group = 'rbac.authorization.k8s.io';
const masters = 'system:masters';

interface RoleRef {
  kind?: string;
  name?: string;
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function isAggregated(role: KubeObject | undefined): boolean {
  const { clusterRoleSelectors } = (role?.['aggregationRule'] ?? {}) as { clusterRoleSelectors?: unknown[] };
  return (clusterRoleSelectors ?? []).length > 0;
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

/** What the garbage collector writes changes no permission; any other change, of a label too, grants them anew. */
function changesOnlyOwnership(object: KubeObject | undefined, old: KubeObject | undefined): boolean {
  if (object === undefined || old === undefined) return false;
  return isSame(withoutOwnership(object), withoutOwnership(old));
}

export interface EscalationCheckOptions {
  authorizer: ReviewAuthorizer;
  storageOf(group: string, resource: string): ResourceStorage;
}

/**
 * Nobody grants what they don't have (Kubernetes: `registry/rbac/*\/policybased`): who writes a role or a binding must
 * hold all it permits, or be allowed to `escalate` that role, or to `bind` it.
 */
export function escalationCheck({ authorizer, storageOf }: EscalationCheckOptions): AdmissionPlugin {
  async function mayDo(
    attributes: AdmissionAttributes,
    verb: string,
    resource: string,
    name: string,
  ): Promise<boolean> {
    const { decision } = await authorizer.authorize({
      user: attributes.user,
      verb,
      isResourceRequest: true,
      namespace: attributes.namespace,
      apiGroup: group,
      apiVersion: '*',
      resource,
      subresource: '',
      name,
      path: '',
      fieldSelector: '',
      labelSelector: '',
    });
    return decision === 'allow';
  }

  async function missingOf({ user, namespace }: AdmissionAttributes, wanted: readonly PolicyRule[]) {
    const { resourceRules, nonResourceRules } = await authorizer.rulesFor(user, namespace);
    return missingRules([...resourceRules, ...nonResourceRules], wanted);
  }

  async function confirm(attributes: AdmissionAttributes, wanted: readonly PolicyRule[]): Promise<void> {
    const { user, name, resource } = attributes;
    const missing = await missingOf(attributes, wanted);
    if (missing.length === 0) return;
    const groups = user.groups.map((item) => JSON.stringify(item)).join(' ');
    throw forbidden(
      { group, resource: resource.name },
      name,
      `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`,
    );
  }

  const rulesOf = (object: KubeObject | undefined) => (object?.['rules'] ?? []) as PolicyRule[];

  async function checkRole(attributes: AdmissionAttributes): Promise<void> {
    const { object, oldObject, resource, name } = attributes;
    if (changesOnlyOwnership(object, oldObject)) return;
    if (await mayDo(attributes, 'escalate', resource.name, name)) return;
    await confirm(attributes, rulesOf(object));
    // What will be aggregated cannot be known, so it takes all permissions there are.
    if (!isAggregated(object) && !isAggregated(oldObject)) return;
    if ((await missingOf(attributes, everything)).length === 0) return;
    const reason = 'must have cluster-admin privileges to use the aggregationRule';
    throw forbidden({ group, resource: resource.name }, name, reason);
  }

  async function checkBinding(attributes: AdmissionAttributes): Promise<void> {
    const { object, oldObject, namespace } = attributes;
    if (changesOnlyOwnership(object, oldObject)) return;
    const { kind = '', name = '' } = (object?.['roleRef'] ?? {}) as RoleRef;
    const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (await mayDo(attributes, 'bind', resource, name)) return;
    const key = { namespace: kind === 'ClusterRole' ? '' : namespace, name };
    const role = await storageOf(group, resource).get(key, '0');
    await confirm(attributes, rulesOf(role.object));
  }

  return {
    name: 'RBACEscalationCheck',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    async validate(attributes) {
      if (attributes.resource.group !== group || attributes.user.groups.includes(masters)) return;
      const isBinding = attributes.resource.name.endsWith('bindings');
      await (isBinding ? checkBinding(attributes) : checkRole(attributes));
    },
  };
}
