import type { ApiObject } from '../client/api-object.ts';
import { Informer, type InformerDependencies, type InformerOptions } from './informer.ts';
import { apiVersionOf, type Resource } from '../client/resource.ts';

/** What happened to an object of some resource; `before` is absent when it is new, `after` when it is gone. */
export type AnyChangeHandler = (
  resource: Resource,
  change: { before?: ApiObject; after?: ApiObject },
) => void;

/** One informer a resource and selection, shared by everybody who asks (client-go: `SharedInformerFactory`). */
export class Informers {
  readonly #dependencies: InformerDependencies;
  readonly #informers = new Map<string, Informer<ApiObject>>();
  readonly #anyChange: AnyChangeHandler[] = [];

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
      for (const handler of this.#anyChange) follow(informer, handler);
    }
    return informer as unknown as Informer<T>;
  }

  /** The informer of whole objects of a resource, all of them, if somebody follows it already. */
  find(resource: Resource): Informer<ApiObject> | undefined {
    return this.#informers.get(keyOf(resource, {}));
  }

  /** Calls for every change that any informer sees, of those that are asked for later, too. */
  onAnyChange(handler: AnyChangeHandler): void {
    this.#anyChange.push(handler);
    for (const informer of this.#informers.values()) follow(informer, handler);
  }

  /** What the caches hold of a namespace, of all resources that somebody follows. */
  *inNamespace(namespace: string): Generator<{ resource: Resource; object: ApiObject }> {
    for (const { resource, store } of this.#informers.values()) {
      if (!resource.namespaced) continue;
      for (const object of store.inNamespace(namespace)) yield { resource, object };
    }
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

function follow(informer: Informer<ApiObject>, handler: AnyChangeHandler): void {
  const { resource } = informer;
  informer.addHandler({
    add: (after) => handler(resource, { after }),
    update: (before, after) => handler(resource, { before, after }),
    delete: (before) => handler(resource, { before }),
  });
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
