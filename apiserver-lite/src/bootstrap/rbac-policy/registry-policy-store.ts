import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../../registry/build-registry.ts';
import { acceptObject } from '../../registry/rest.ts';
import type { StoreRequest } from '../../registry/strategy.ts';
import { internalUpdate } from '../ensure-object.ts';
import { mastersGroup } from '../../authentication/authenticator.ts';
import { rbacGroup } from '../../authorization/rbac-objects.ts';
import type { PolicyStore } from './reconcile.ts';

/** The server itself, where it writes without a request. */
const apiserver = { name: 'system:apiserver', groups: [mastersGroup] };

/**
 * The policy's view of the server's own roles and bindings, with all rules that a client's writes would meet.
 */
export function registryPolicyStore(registry: BuiltRegistry, now: () => number = Date.now): PolicyStore {
  const requestFor = ({ metadata }: KubeObject): StoreRequest => ({
    namespace: metadata.namespace ?? '',
    user: apiserver,
    dryRun: false,
    nowMs: now(),
    warn: () => undefined,
  });
  return {
    async list(resource) {
      const { items } = await registry.storageOf(rbacGroup, resource).list({
        namespace: '',
        resourceVersion: '',
        resourceVersionMatch: '',
        limit: 0,
        continueToken: '',
      });
      return new Map(
        items.map(({ object }) => [
          `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`,
          object,
        ]),
      );
    },
    async create(resource, object) {
      const store = registry.storeOf(rbacGroup, resource);
      const next = structuredClone(object);
      registry.trackServerWrite({ resource: store.resource, current: undefined, object: next });
      await store.create(requestFor(object), next, acceptObject);
    },
    async update(resource, object) {
      const name = object.metadata.name ?? '';
      const store = registry.storeOf(rbacGroup, resource);
      await store.update(
        requestFor(object),
        name,
        (current) => {
          const next = structuredClone(object);
          registry.trackServerWrite({ resource: store.resource, current, object: next });
          return next;
        },
        internalUpdate,
      );
    },
    async delete(resource, object) {
      await registry
        .storeOf(rbacGroup, resource)
        .delete(requestFor(object), object.metadata.name ?? '', { dryRun: false, validate: acceptObject });
    },
  };
}
