import type { Informer } from '../../runtime/cache/informer.ts';
import { objectKey, type ApiObject } from '../../runtime/client/api-object.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  volumeAttributesClasses,
} from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { ProtectionFinalizer } from '../../runtime/protection-finalizer.ts';

/** Volumes and claims by the names of the classes that they name. */
const byClass = 'volumeAttributesClass';

/**
 * Keeps VolumeAttributesClasses from being deleted while a volume or a claim names them (Kubernetes:
 * `volume/vacprotection`).
 */
export class VolumeAttributesClassProtectionController implements Worker {
  readonly #classes: Informer<ApiObject>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #controller: Controller;
  readonly #finalizer: ProtectionFinalizer<ApiObject>;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    const { client, informers } = context;
    this.#classes = informers.of(volumeAttributesClasses);
    this.#claims = informers.of(persistentVolumeClaims);
    this.#volumes = informers.of(persistentVolumes);
    this.#finalizer = new ProtectionFinalizer(
      client,
      volumeAttributesClasses,
      'kubernetes.io/vac-protection',
    );
    this.#controller = createController(context, {
      name: 'vacprotection',
      workers,
      sync: (name) => this.#sync(name),
    });
    const enqueue = (object: ApiObject): void => {
      if (this.#finalizer.concerns(object)) this.#controller.queue.add(objectKey(object));
    };
    this.#classes.addHandler({ add: enqueue, update: (_before, object) => enqueue(object) });
    this.#followUsers(this.#claims, classesOfClaim);
    this.#followUsers(this.#volumes, classesOfVolume);
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  /** What an object no longer names may be free now. */
  #followUsers<T extends ApiObject>(users: Informer<T>, classesOf: (user: T) => string[]): void {
    users.addIndex(byClass, classesOf);
    const enqueue = (names: readonly string[]): void => {
      for (const name of names) this.#controller.queue.add(name);
    };
    users.addHandler({
      update: (before, user) => {
        const now = classesOf(user);
        enqueue(classesOf(before).filter((name) => !now.includes(name)));
      },
      delete: (user) => enqueue(classesOf(user)),
    });
  }

  async #sync(name: string): Promise<void> {
    const object = this.#classes.store.get(name);
    if (object === undefined) return;
    await this.#finalizer.keep(
      object,
      () =>
        this.#volumes.store.byIndex(byClass, name).length > 0 ||
        this.#claims.store.byIndex(byClass, name).length > 0,
    );
  }
}

function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.flatMap((name) => (name === undefined || name === '' ? [] : [name])))];
}

function classesOfVolume({ spec }: PersistentVolume): string[] {
  const name = spec?.volumeAttributesClassName;
  return name === undefined || name === '' ? [] : [name];
}
