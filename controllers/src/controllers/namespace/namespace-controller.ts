import type { Informer } from '../../runtime/cache/informer.ts';
import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { type Namespace, namespaces } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { exponentialBackoff, slowestOf, tokenBucket } from '../../runtime/queue/rate-limiter.ts';
import { NamespaceContent } from './namespace-content.ts';
import { QuietPeriod } from './quiet-period.ts';

const finalizer = 'kubernetes';

/** How the namespace controller works. */
export interface NamespaceControllerOptions {
  workers: number;
  /** See `QuietPeriod`; 0: content is deleted at once. Milliseconds. */
  quietPeriodMs: number;
  /** Whether the caches of this identity hold every resource, as they do beside a garbage collector. */
  followsAll: boolean;
}

/**
 * Empties namespaces that are being deleted, and removes their finalizer (Kubernetes:
 * `pkg/controller/namespace`).
 */
export class NamespaceController implements Worker {
  readonly #context: ControllerContext;
  readonly #namespaces: Informer<Namespace>;
  readonly #controller: Controller;
  readonly #content: NamespaceContent;
  readonly #quietPeriod: QuietPeriod;
  /** How long to wait before looking again at a namespace in which something is left. */
  readonly #waits = exponentialBackoff(250, 60_000);

  constructor(context: ControllerContext, options: NamespaceControllerOptions) {
    this.#context = context;
    this.#namespaces = context.informers.of(namespaces);
    this.#content = new NamespaceContent(context);
    this.#quietPeriod = new QuietPeriod(context, options);
    this.#controller = createController(context, {
      name: 'namespace',
      workers: options.workers,
      rateLimiter: slowestOf(exponentialBackoff(5, 60_000), tokenBucket(10, 100, context.clock)),
      sync: (name) => this.#sync(name),
    });
    this.#namespaces.addHandler({
      add: (namespace) => this.#enqueue(namespace),
      update: (_, namespace) => this.#enqueue(namespace),
      delete: (namespace) => this.#forget(namespace),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(namespace: Namespace): void {
    const { name = '', deletionTimestamp } = namespace.metadata;
    if (!deletionTimestamp) return;
    this.#quietPeriod.begin(namespace);
    this.#controller.queue.addAfter(name, this.#quietPeriod.leftMs(name));
  }

  #forget({ metadata: { name = '' } }: Namespace): void {
    this.#waits.forget(name);
    this.#quietPeriod.forget(name);
  }

  async #sync(name: string): Promise<void> {
    if (!this.#namespaces.store.get(name)) return;
    try {
      const namespace = await this.#markTerminating(name);
      if (namespace === undefined || !hasFinalizer(namespace)) return;
      const quietMs = this.#quietPeriod.leftMs(name);
      if (quietMs > 0) return this.#controller.queue.addAfter(name, quietMs);
      const estimateSeconds = await this.#content.delete(namespace);
      if (estimateSeconds > 0) return this.#lookAgain(name, estimateSeconds);
      await this.#finalize(name, namespace.metadata.uid ?? '');
      this.#waits.forget(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * kube-controller-manager waits for half the estimate; mostly things go much faster, and looking is cheap.
   */
  #lookAgain(name: string, estimateSeconds: number): void {
    const halfMs = (Math.floor(estimateSeconds / 2) + 1) * 1000;
    this.#controller.queue.addAfter(name, Math.min(halfMs, this.#waits.when(name)));
  }

  /** The namespace as the API has it, in phase Terminating; undefined where it is not being deleted. */
  async #markTerminating(name: string): Promise<Namespace | undefined> {
    const { client } = this.#context;
    const namespace = await client.get(namespaces, { name });
    if (!namespace.metadata.deletionTimestamp) return undefined;
    if (namespace.status?.phase === 'Terminating') return namespace;
    const status = { ...namespace.status, phase: 'Terminating' };
    return client.update(namespaces, { ...namespace, status }, 'status');
  }

  /** Removes the finalizer, unless another namespace has the name by now. */
  async #finalize(name: string, uid: string): Promise<void> {
    const { client } = this.#context;
    for (;;) {
      const namespace = await client.get(namespaces, { name });
      if (namespace.metadata.uid !== uid) return;
      const finalizers = (namespace.spec?.finalizers ?? []).filter((one) => one !== finalizer);
      const finalized = { ...namespace, spec: { ...namespace.spec, finalizers } };
      try {
        await client.update(namespaces, finalized, 'finalize');
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }
}

function hasFinalizer({ spec }: Namespace): boolean {
  return (spec?.finalizers ?? []).includes(finalizer);
}
