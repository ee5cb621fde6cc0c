import type { ApiObject } from './api-object.ts';
import { Informer, type InformerDependencies, type InformerOptions } from './informer.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** One informer a resource and selection, shared by everybody who asks (client-go: `SharedInformerFactory`). */
export class Informers {
  readonly #dependencies: InformerDependencies;
  readonly #informers = new Map<string, Informer<ApiObject>>();

  constructor(dependencies: InformerDependencies) {
    this.#dependencies = dependencies;
  }

  /** The informer of a resource; it follows the API from `start` on. */
  of<T extends ApiObject>(resource: Resource<T>, options: InformerOptions = {}): Informer<T> {
    const key = keyOf(resource, options);
    let informer = this.#informers.get(key);
    if (!informer) {
      informer = new Informer<T>(resource, options, this.#dependencies) as unknown as Informer<ApiObject>;
      this.#informers.set(key, informer);
    }
    return informer as unknown as Informer<T>;
  }

  /** The informer of whole objects of a resource, all of them, if somebody follows it already. */
  find(resource: Resource): Informer<ApiObject> | undefined {
    return this.#informers.get(keyOf(resource, {}));
  }

  /** Stops an informer and forgets it, so that nobody is given it again. */
  drop(informer: Informer<ApiObject>): void {
    informer.stop();
    for (const [key, kept] of this.#informers) if (kept === informer) this.#informers.delete(key);
  }

  /** Starts every informer that was asked for so far; may be called again. */
  start(): void {
    for (const informer of this.#informers.values()) informer.start();
  }

  /** Resolves when every informer that was asked for so far holds its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced));
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop();
  }
}

function keyOf(resource: Resource, options: InformerOptions): string {
  return JSON.stringify([
    apiVersionOf(resource),
    resource.name,
    options.namespace ?? '',
    options.labelSelector ?? '',
    options.fieldSelector ?? '',
    options.metadataOnly ?? false,
  ]);
}
