import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorization, AuthorizationAttributes } from '../../authorization/authorizer.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import type { ServedRest } from '../../registry/rest.ts';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts';

const resources = new ResourceTable([
  { resource: { group: 'apps', version: 'v1', name: 'replicasets', kind: 'ReplicaSet', namespaced: true } },
  { resource: { group: '', version: 'v1', name: 'nodes', kind: 'Node', namespaced: false } },
] as unknown as ServedRest[]);

/** Allows what is in the list, as `verb namespace/resource/subresource/name`. */
const allowing = (...allowed: string[]) =>
  ownerReferencesPermissionEnforcement({
    resources,
    authorizer: {
      authorize: (asked: AuthorizationAttributes): Authorization => {
        const { verb, namespace, resource, subresource, name } = asked;
        const isAllowed = allowed.includes(`${verb} ${namespace}/${resource}/${subresource}/${name}`);
        return { decision: isAllowed ? 'allow' : 'noOpinion', reason: '' };
      },
    },
  });

const owner = (blockOwnerDeletion?: boolean, kind = 'ReplicaSet', apiVersion = 'apps/v1') => ({
  metadata: {
    name: 'p',
    ownerReferences: [{ apiVersion, kind, name: 'o', uid: 'u', blockOwnerDeletion }],
  },
});

async function write(
  plugin: ReturnType<typeof allowing>,
  object: object,
  oldObject?: object,
  subresource = '',
): Promise<void> {
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  await plugin.validate?.(
    admissionAttributes({ operation, subresource, object, ...(oldObject && { oldObject }) }),
  );
}

const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });

test('who changes owners may delete the object, who creates it need not', async () => {
  const none = { metadata: { name: 'p' } };
  await write(allowing(), owner());
  await write(allowing(), owner(), owner());
  await write(allowing(), none, owner(), 'status');
  await write(allowing('delete ns/pods//p'), none, owner());
  await assert.rejects(
    write(allowing(), none, owner()),
    refused("cannot set an ownerRef on a resource you can't delete: , <nil>"),
  );
});

test('who has an owner wait may change its finalizers', async () => {
  await write(allowing('update ns/replicasets/finalizers/o'), owner(true));
  await write(allowing('update /nodes/finalizers/o'), owner(true, 'Node', 'v1'));
  await write(allowing('update /*/finalizers/*'), owner(true, 'Nothing'));
  await write(allowing(), owner(true), owner(true));
  const message =
    "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>";
  await assert.rejects(write(allowing(), owner(true)), refused(message));
  await assert.rejects(write(allowing('delete ns/pods//p'), owner(true), owner(false)), refused(message));
  await assert.rejects(
    write(allowing(), owner(true, 'Nothing')),
    refused(
      'cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion apps/v1 ' +
        'Kind Nothing: no matches for kind "Nothing" in version "apps/v1"',
    ),
  );
});
