import type { KubeObject } from '@pg8s/k8s-proto/object';
import { equalResourceLists, readResourceList } from '@pg8s/k8s-proto/quota/resource-list';
import { Evaluators } from '@pg8s/k8s-proto/quota/evaluators';
import { Monitors } from '../../runtime/cache/monitors.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import { type ApiObject, objectKey } from '../../runtime/client/api-object.ts';
import { supports } from '../../runtime/client/discovery.ts';
import {
  deviceClasses,
  persistentVolumeClaims,
  pods,
  type Resource,
  resourceClaims,
  type ResourceQuota,
  resourceQuotas,
  services,
} from '../../runtime/client/resource.ts';
import { delay } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { claimLookups } from './device-classes.ts';
import { type CountedObjects, nextStatus } from './quota-status.ts';
import type { ResourceQuotaSettings } from './resourcequota-settings.ts';

/**
 * Keeps the status of ResourceQuotas: limits as in the spec, and what is used of them (Kubernetes:
 * `pkg/controller/resourcequota`). The API server charges what is created; this controller counts where a
 * quota is new or has changed, where something was deleted or uses less, and all of them every five minutes.
 */
export class ResourceQuotaController implements Worker {
  readonly #context: ControllerContext;
  readonly #settings: ResourceQuotaSettings;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #evaluators: Evaluators;
  readonly #monitors: Monitors;
  readonly #controller: Controller;
  /** Quotas whose limits are not enforced yet: nobody waits for them behind a count of everything. */
  readonly #urgent: Controller;
  readonly #stop = new AbortController();
  #resyncing: Promise<void> | undefined;

  constructor(
    context: ControllerContext,
    { workers, settings }: { workers: number; settings: ResourceQuotaSettings },
  ) {
    this.#context = context;
    this.#settings = settings;
    const { informers, clock } = context;
    this.#quotas = informers.of(resourceQuotas);
    // What these use stands in the whole object; of others the metadata is enough to count them.
    informers.of(services);
    informers.of(persistentVolumeClaims);
    this.#evaluators = new Evaluators({
      now: () => clock.now(),
      claims: claimLookups({
        deviceClasses: informers.of(deviceClasses).store,
        pods: informers.of(pods).store,
        resourceClaims: informers.of(resourceClaims).store,
        now: () => clock.now(),
      }),
    });
    const sync = (key: string) => this.#sync(key);
    this.#controller = createController(context, { name: 'resourcequota_primary', workers, sync });
    this.#urgent = createController(context, { name: 'resourcequota_priority', workers, sync });
    this.#quotas.addHandler({
      add: (quota) => this.#enqueue(quota),
      update: (before, quota) => {
        const [old, next] = [readResourceList(before.spec?.hard), readResourceList(quota.spec?.hard)];
        // Its status is written by this controller and by the API server.
        if (!equalResourceLists(old, next)) this.#enqueue(quota);
      },
    });
    this.#monitors = new Monitors(context, {
      wants: (resource) =>
        resource.namespaced &&
        supports(resource, 'create', 'list', 'watch', 'delete') &&
        this.#evaluators.of(resource.group, resource.name) !== undefined,
      observe: (resource, object, before) => {
        const evaluator = this.#evaluators.of(resource.group, resource.name);
        if (before === undefined || evaluator?.frees === undefined) return;
        if (evaluator.frees(before as KubeObject, object as KubeObject)) this.#replenish(resource, object);
      },
      remove: (object, resource) => this.#replenish(resource, object),
      forget: () => undefined,
    });
  }

  start(): void {
    this.#monitors.start();
    this.#controller.start();
    this.#urgent.start();
    this.#resyncing ??= this.#resync();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#monitors.stop();
    await Promise.all([this.#controller.stop(), this.#urgent.stop(), this.#resyncing]);
  }

  async #resync(): Promise<void> {
    const periodMs = this.#settings.resourceQuotaSyncPeriodMs;
    const { signal } = this.#stop;
    if (periodMs <= 0) return;
    while (!signal.aborted) {
      await delay(this.#context.clock, periodMs, signal);
      if (signal.aborted) return;
      for (const quota of this.#quotas.store.list()) this.#controller.queue.add(objectKey(quota));
    }
  }

  #enqueue(quota: ResourceQuota): void {
    const hard = readResourceList(quota.spec?.hard);
    const { status } = quota;
    const isKnown =
      equalResourceLists(hard, readResourceList(status?.hard)) &&
      [...hard.keys()].every((name) => Object.hasOwn(status?.used ?? {}, name));
    (isKnown ? this.#controller : this.#urgent).queue.add(objectKey(quota));
  }

  /** Something of a resource was deleted, or uses less. */
  #replenish(resource: Resource, { metadata }: ApiObject): void {
    const evaluator = this.#evaluators.of(resource.group, resource.name);
    for (const quota of this.#quotas.store.inNamespace(metadata.namespace ?? '')) {
      const limits = Object.keys(quota.status?.hard ?? {});
      if ((evaluator?.measured(limits).length ?? 0) > 0) this.#controller.queue.add(objectKey(quota));
    }
  }

  async #sync(key: string): Promise<void> {
    await this.#monitors.synced();
    const quota = this.#quotas.store.get(key);
    if (quota === undefined) return;
    const status = nextStatus(quota, this.#counted(quota.metadata.namespace ?? ''));
    if (status === undefined) return;
    await this.#context.client.update(resourceQuotas, { ...quota, status }, 'status');
  }

  *#counted(namespace: string): Generator<CountedObjects> {
    for (const { resource, store } of this.#monitors.informers()) {
      const evaluator = this.#evaluators.of(resource.group, resource.name);
      if (evaluator === undefined) continue;
      yield { evaluator, objects: () => store.inNamespace(namespace) as unknown as KubeObject[] };
    }
  }
}
