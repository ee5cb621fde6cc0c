import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { namespaces, serviceAccounts } from '../../runtime/client/resource.ts';

/** The account of Pods that name none. */
const defaultName = 'default';

/** Gives every namespace the account `default`, again when it is deleted (Kubernetes: `pkg/controller/serviceaccount`). */
export function createServiceAccountController(
  context: ControllerContext,
  options: { workers: number },
): Controller {
  const { client, informers } = context;
  const allNamespaces = informers.of(namespaces);
  const accounts = informers.of(serviceAccounts);
  const controller = createController(context, { name: 'serviceaccount', workers: options.workers, sync });
  const { queue } = controller;

  const enqueue = (name: string | undefined): void => {
    if (name !== undefined) queue.add(name);
  };
  allNamespaces.addHandler({
    add: ({ metadata }) => enqueue(metadata.name),
    update: (_, { metadata }) => enqueue(metadata.name),
  });
  accounts.addHandler({
    delete: ({ metadata }) => {
      if (metadata.name === defaultName) enqueue(metadata.namespace);
    },
  });

  async function sync(namespace: string): Promise<void> {
    const found = allNamespaces.store.get(namespace);
    if (!found || found.metadata.deletionTimestamp) return;
    if (accounts.store.get(`${namespace}/${defaultName}`)) return;
    try {
      await client.create(serviceAccounts, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: defaultName, namespace },
      });
    } catch (error) {
      // Somebody was faster, or the namespace is going.
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
    }
  }

  return controller;
}
