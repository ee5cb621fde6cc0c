import type { Informer } from '../../runtime/cache/informer.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type ClusterRole, clusterRoles } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import { aggregatedRules } from './aggregated-rules.ts';

/**
 * Keeps the rules of each ClusterRole with an `aggregationRule` equal to those of the roles that it selects
 * (Kubernetes: `clusterroleaggregation`). It applies them as the manager
 * `clusterrole-aggregation-controller`, and takes `rules` away from every other manager. Any ClusterRole may
 * count for any other, so that a change of one looks at all that aggregate.
 */
export class ClusterRoleAggregationController implements Worker {
  readonly #context: ControllerContext;
  readonly #roles: Informer<ClusterRole>;
  readonly #controller: Controller;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#roles = context.informers.of(clusterRoles);
    this.#controller = createController(context, {
      name: 'ClusterRoleAggregator',
      workers,
      sync: (name) => this.#sync(name),
    });
    const enqueueAll = () => this.#enqueueAll();
    this.#roles.addHandler({ add: enqueueAll, update: enqueueAll, delete: enqueueAll });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueueAll(): void {
    for (const role of this.#roles.store.list()) {
      if (role.aggregationRule) this.#controller.queue.add(objectKey(role));
    }
  }

  async #sync(name: string): Promise<void> {
    const role = this.#roles.store.get(name);
    if (!role?.aggregationRule) return;
    const rules = aggregatedRules(role, this.#roles.store.list());
    if (semanticEqual({ rules }, { rules: role.rules })) return;
    const { apiVersion, kind } = role;
    await this.#context.client.patch(clusterRoles, {
      name,
      type: 'apply',
      fieldManager: 'clusterrole-aggregation-controller',
      force: true,
      body: { apiVersion, kind, metadata: { name }, ...(rules.length === 0 ? {} : { rules }) },
    });
  }
}
