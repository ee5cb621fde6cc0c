import type { Informer } from '../../runtime/cache/informer.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import {
  type Namespace,
  namespaces,
  type ServiceAccount,
  serviceAccounts,
} from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';

/** The account of Pods that name none. */
const defaultName = 'default';

/** Keeps a ServiceAccount `default` in every namespace (Kubernetes: `pkg/controller/serviceaccount`). */
export class ServiceAccountController implements Worker {
  readonly #context: ControllerContext;
  readonly #namespaces: Informer<Namespace>;
  readonly #accounts: Informer<ServiceAccount>;
  readonly #controller: Controller;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#namespaces = context.informers.of(namespaces);
    this.#accounts = context.informers.of(serviceAccounts);
    this.#controller = createController(context, {
      name: 'serviceaccount',
      workers,
      sync: (namespace) => this.#sync(namespace),
    });
    this.#namespaces.addHandler({
      add: ({ metadata }) => this.#enqueue(metadata.name),
      update: (_, { metadata }) => this.#enqueue(metadata.name),
    });
    this.#accounts.addHandler({
      delete: ({ metadata }) => {
        if (metadata.name === defaultName) this.#enqueue(metadata.namespace);
      },
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(namespace: string | undefined): void {
    if (namespace !== undefined) this.#controller.queue.add(namespace);
  }

  async #sync(namespace: string): Promise<void> {
    const found = this.#namespaces.store.get(namespace);
    if (!found || found.metadata.deletionTimestamp) return;
    if (this.#accounts.store.get(`${namespace}/${defaultName}`)) return;
    try {
      await this.#context.client.create(serviceAccounts, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: defaultName, namespace },
      });
    } catch (error) {
      // Another client was faster, or the namespace is being deleted.
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
    }
  }
}
