import { isDeepStrictEqual } from 'node:util';
import type { AdmissionAttributes, AdmissionPlugin } from '../../admission/admission.ts';
import type { UserInfo } from '../../server/request-context.ts';
import { forbidden, notFound } from '../../server/status-error.ts';
import { mastersGroup } from '../authentication/authenticator.ts';
import type { Authorizer } from './authorizer.ts';
import type { RbacIndex } from './rbac-index.ts';
import type { BindingObject, PolicyRule, RbacResource, RoleObject } from './rbac-objects.ts';
import { rbacGroup, rbacKinds } from './rbac-objects.ts';
import { quotedList, ruleText, uncoveredRules } from './rule-coverage.ts';

const everything: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives others, or themselves, more than they have: a role's rules, and those of the role that a binding names,
 * must be covered by the writer's own, unless the writer has the verb `escalate` on the role, or `bind` on the bound one
 * (Kubernetes: `registry/rbac`, the `policybased` storages).
 */
export function preventEscalation(authorizer: Authorizer, index: RbacIndex): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    async validate(attributes) {
      const { resource, subresource, object, oldObject, user } = attributes;
      if (resource.group !== rbacGroup || subresource !== '' || object === undefined) return;
      if (!(resource.name in rbacKinds) || user.groups.includes(mastersGroup)) return;
      if (resource.name === 'roles' || resource.name === 'clusterroles') {
        await checkRole(attributes, object as RoleObject, oldObject as RoleObject | undefined);
      } else {
        await checkBinding(attributes, object as BindingObject, oldObject as BindingObject | undefined);
      }
    },
  };

  async function checkRole(
    attributes: AdmissionAttributes,
    role: RoleObject,
    old?: RoleObject,
  ): Promise<void> {
    const sameRules = old !== undefined && isDeepStrictEqual(role.rules ?? [], old.rules ?? []);
    const sameAggregation =
      role.aggregationRule === undefined || isDeepStrictEqual(role.aggregationRule, old?.aggregationRule);
    if (sameRules && sameAggregation) return;
    const { namespace, resource } = attributes;
    if (await mayDo('escalate', attributes, { resource: resource.name, name: attributes.name })) return;
    if (!sameAggregation) {
      // An aggregated role grows with roles that others will write.
      refuseUncovered(attributes, ownedBy(attributes.user, namespace), everything);
    }
    if (!sameRules) refuseUncovered(attributes, ownedBy(attributes.user, namespace), role.rules ?? []);
  }

  async function checkBinding(
    attributes: AdmissionAttributes,
    binding: BindingObject,
    old?: BindingObject,
  ): Promise<void> {
    const { roleRef, subjects = [] } = binding;
    if (old !== undefined && isDeepStrictEqual([roleRef, subjects], [old.roleRef, old.subjects ?? []]))
      return;
    const roleResource: RbacResource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
    if (await mayDo('bind', attributes, { resource: roleResource, name: roleRef.name })) return;
    const { role } = index.resolve(roleRef, attributes.namespace);
    if (role === undefined) throw notFound({ group: rbacGroup, resource: roleResource }, roleRef.name);
    refuseUncovered(attributes, ownedBy(attributes.user, attributes.namespace), role.rules);
  }

  async function mayDo(
    verb: 'escalate' | 'bind',
    { user, namespace }: AdmissionAttributes,
    { resource, name }: { resource: string; name: string },
  ): Promise<boolean> {
    const { decision } = await authorizer.authorize({
      user,
      verb,
      isResourceRequest: true,
      namespace,
      apiGroup: rbacGroup,
      apiVersion: 'v1',
      resource,
      subresource: '',
      name,
      path: '',
    });
    return decision === 'allow';
  }

  function ownedBy(user: UserInfo, namespace: string): PolicyRule[] {
    return [...index.rolesOf(user, namespace)].flatMap(({ role }) => role?.rules ?? []);
  }
}

function refuseUncovered(
  { resource, name, user }: AdmissionAttributes,
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): void {
  const missing = uncoveredRules(owned, wanted);
  if (missing.length === 0) return;
  const lines = [...new Set(missing.map((rule) => ruleText(rule)))].sort();
  throw forbidden(
    { group: resource.group, resource: resource.name },
    name,
    `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`,
  );
}
