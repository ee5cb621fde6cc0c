import type { Informer } from '../../runtime/cache/informer.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import {
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  pods,
} from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { ProtectionFinalizer } from '../../runtime/protection-finalizer.ts';
import { claimNames, usesClaim } from './claims-of-pod.ts';

/** Pods by the keys of the claims that their volumes name. */
const byClaim = 'persistentVolumeClaim';

/**
 * Keeps PersistentVolumeClaims from being deleted while a Pod on a node has them among its volumes
 * (Kubernetes: `volume/pvcprotection`). Before one goes, the API server is asked for the Pods, too: the cache
 * may not have the newest.
 */
export class PersistentVolumeClaimProtectionController implements Worker {
  readonly #context: ControllerContext;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;
  readonly #finalizer: ProtectionFinalizer<PersistentVolumeClaim>;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#claims = context.informers.of(persistentVolumeClaims);
    this.#pods = context.informers.of(pods);
    this.#pods.addIndex(byClaim, (pod) => claimKeys(pod));
    this.#finalizer = new ProtectionFinalizer(
      context.client,
      persistentVolumeClaims,
      'kubernetes.io/pvc-protection',
    );
    this.#controller = createController(context, {
      name: 'pvcprotection',
      workers,
      sync: (key) => this.#sync(key),
    });
    const enqueue = (claim: PersistentVolumeClaim): void => {
      if (this.#finalizer.concerns(claim)) this.#controller.queue.add(objectKey(claim));
    };
    this.#claims.addHandler({ add: enqueue, update: (_before, claim) => enqueue(claim) });
    this.#pods.addHandler({
      add: (pod) => this.#podChanged(pod),
      update: (_before, pod) => this.#podChanged(pod),
      delete: (pod) => this.#enqueueClaims(pod),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #podChanged(pod: Pod): void {
    const { phase } = pod.status ?? {};
    const isOver =
      phase === 'Failed' || phase === 'Succeeded' || pod.metadata.deletionTimestamp !== undefined;
    if (isOver || !pod.spec?.nodeName) this.#enqueueClaims(pod);
  }

  #enqueueClaims(pod: Pod): void {
    for (const key of claimKeys(pod)) this.#controller.queue.add(key);
  }

  async #sync(key: string): Promise<void> {
    const claim = this.#claims.store.get(key);
    if (claim !== undefined) await this.#finalizer.keep(claim, () => this.#isUsed(key, claim));
  }

  async #isUsed(key: string, claim: PersistentVolumeClaim): Promise<boolean> {
    if (this.#pods.store.byIndex(byClaim, key).some((pod) => usesClaim(pod, claim))) return true;
    const { namespace = '' } = claim.metadata;
    const { items } = await this.#context.client.list(pods, { namespace });
    return items.some((pod) => usesClaim(pod, claim));
  }
}

function claimKeys(pod: Pod): string[] {
  return claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`);
}
