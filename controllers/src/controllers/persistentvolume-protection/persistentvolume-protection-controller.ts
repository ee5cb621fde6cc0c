import type { Informer } from '../../runtime/cache/informer.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type PersistentVolume, persistentVolumes } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { ProtectionFinalizer } from '../../runtime/protection-finalizer.ts';

/** Keeps PersistentVolumes from being deleted while they are bound (Kubernetes: `volume/pvprotection`). */
export class PersistentVolumeProtectionController implements Worker {
  readonly #volumes: Informer<PersistentVolume>;
  readonly #controller: Controller;
  readonly #finalizer: ProtectionFinalizer<PersistentVolume>;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#volumes = context.informers.of(persistentVolumes);
    this.#finalizer = new ProtectionFinalizer(
      context.client,
      persistentVolumes,
      'kubernetes.io/pv-protection',
    );
    this.#controller = createController(context, {
      name: 'pvprotection',
      workers,
      sync: (name) => this.#sync(name),
    });
    const enqueue = (volume: PersistentVolume): void => {
      if (this.#finalizer.concerns(volume)) this.#controller.queue.add(objectKey(volume));
    };
    this.#volumes.addHandler({ add: enqueue, update: (_before, volume) => enqueue(volume) });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  async #sync(name: string): Promise<void> {
    const volume = this.#volumes.store.get(name);
    if (volume !== undefined) await this.#finalizer.keep(volume, () => volume.status?.phase === 'Bound');
  }
}
