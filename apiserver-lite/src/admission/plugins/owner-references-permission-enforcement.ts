import type { V1OwnerReference } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AuthorizationAttributes } from '../../authorization/authorizer.ts';
import { isSame } from '../../registry/generic/copy-object.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

type Question = Partial<AuthorizationAttributes> & Pick<AuthorizationAttributes, 'verb' | 'resource'>;

function ownersOf(object: KubeObject | undefined): readonly V1OwnerReference[] {
  return (object?.metadata.ownerReferences ?? []) as V1OwnerReference[];
}

/** Owners whose deletion waits for the object from now on. */
function newlyBlocking({ object, oldObject }: AdmissionAttributes): V1OwnerReference[] {
  const before = new Map(ownersOf(oldObject).map((owner) => [owner.uid, owner]));
  return ownersOf(object).filter(
    ({ uid, blockOwnerDeletion }) =>
      blockOwnerDeletion === true && before.get(uid)?.blockOwnerDeletion !== true,
  );
}

/** Whether somebody may hold up the deletion of the owner: a question for each resource of its kind. */
function finalizing(
  served: PluginDependencies['resources'],
  { apiVersion, kind, name }: V1OwnerReference,
  namespace: string,
): Question[] {
  const { group, version } = groupVersionOf(apiVersion);
  return served
    .all()
    .filter(
      ({ resource, subresource }) =>
        subresource === undefined &&
        resource.group === group &&
        resource.version === version &&
        resource.kind === kind,
    )
    .map(({ resource }) => ({
      verb: 'update',
      apiGroup: group,
      apiVersion: version,
      resource: resource.name,
      subresource: 'finalizers',
      name,
      // The owner of an object with a namespace is in the same one.
      namespace: resource.namespaced ? namespace : '',
    }));
}

const anything: Question = {
  verb: 'update',
  apiGroup: '*',
  apiVersion: '*',
  resource: '*',
  subresource: 'finalizers',
  name: '*',
};

/**
 * Who changes the owners of an object may delete it, and who has an owner wait for it may change the owner's
 * finalizers (Kubernetes: `plugin/pkg/admission/gc`).
 */
export function ownerReferencesPermissionEnforcement({
  authorizer,
  resources,
}: Pick<PluginDependencies, 'authorizer' | 'resources'>): AdmissionPlugin {
  /** Undefined: he may; otherwise why not, as Go prints a reason and no error. */
  async function refusal({ user }: AdmissionAttributes, question: Question): Promise<string | undefined> {
    const { decision, reason } = await authorizer.authorize({
      user,
      isResourceRequest: true,
      namespace: '',
      apiGroup: '',
      apiVersion: '',
      subresource: '',
      name: '',
      path: '',
      ...question,
    });
    return decision === 'allow' ? undefined : `${reason}, <nil>`;
  }

  async function checkDelete(attributes: AdmissionAttributes): Promise<void> {
    const { resource, subresource, namespace, name } = attributes;
    const why = await refusal(attributes, {
      verb: 'delete',
      apiGroup: resource.group,
      apiVersion: resource.version,
      resource: resource.resource,
      subresource,
      namespace,
      name,
    });
    if (why === undefined) return;
    throw admissionForbidden(attributes, `cannot set an ownerRef on a resource you can't delete: ${why}`);
  }

  async function checkOwner(attributes: AdmissionAttributes, owner: V1OwnerReference): Promise<void> {
    const questions = finalizing(resources, owner, attributes.namespace);
    const { apiVersion, kind } = owner;
    if (questions.length === 0) {
      throw admissionForbidden(
        attributes,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} ` +
          `Kind ${kind}: no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`,
      );
    }
    for (const question of questions) {
      const why = await refusal(attributes, question);
      if (why === undefined) continue;
      throw admissionForbidden(
        attributes,
        `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${why}`,
      );
    }
  }

  return {
    operations: ['CREATE', 'UPDATE'],
    async validate(attributes) {
      const { operation, object, oldObject } = attributes;
      // Old kubelets lose owners there, and nothing of it is stored.
      if (concerns(attributes, '', 'pods', 'status')) return;
      if (isSame(ownersOf(object), ownersOf(oldObject))) return;
      // Who creates an object could also not have done so.
      if (operation !== 'CREATE') await checkDelete(attributes);
      const blocking = newlyBlocking(attributes);
      if (blocking.length === 0 || (await refusal(attributes, anything)) === undefined) return;
      for (const owner of blocking) await checkOwner(attributes, owner);
    },
  };
}
