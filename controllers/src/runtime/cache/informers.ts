import type { ApiObject } from '../client/api-object.ts';
import type { Client } from '../client/client.ts';
import { apiVersionOf, type Resource } from '../client/resource.ts';
import type { Clock } from '../clock.ts';
import { Informer, type InformerOptions } from './informer.ts';

/**
 * What happened to an object of some resource; `before` is absent when it is new, `after` when it is gone.
 */
export type AnyChangeHandler = (
  resource: Resource,
  change: { before?: ApiObject; after?: ApiObject },
) => void;

/** A failure to list or watch. */
export interface InformerFailure {
  resource: Resource;
  error: Error;
  /** Whether the cache is filled, and only its watch is interrupted. */
  hasSynced: boolean;
  /** The controllers that use the cache (see `forController`), sorted. */
  controllers: readonly string[];
}

/** What informers work with. */
export interface InformersOptions {
  client: Client;
  clock: Clock;
  /** Called for every failure to list or watch; the informer tries again by itself. */
  onFailure?(failure: InformerFailure): void;
}

/** What a controller may do with the informers that it shares with others. */
export interface SharedInformers {
  /** The informer of a resource, which the controller needs from now on. */
  of<T extends ApiObject>(resource: Resource<T>, options?: InformerOptions): Informer<T>;
  /** The informer of whole objects of a resource, all of them, if there is one already. */
  find(resource: Resource): Informer<ApiObject> | undefined;
  /** Calls for every change that any informer sees, also of informers that are made later. */
  onAnyChange(handler: AnyChangeHandler): void;
  /** What the caches hold of a namespace, of all namespaced resources that have an informer. */
  inNamespace(namespace: string): Iterable<{ resource: Resource; object: ApiObject }>;
  /** Stops an informer and forgets it, so that `of` makes a new one. */
  drop(informer: Informer<ApiObject>): void;
}

interface Entry {
  informer: Informer<ApiObject>;
  controllers: Set<string>;
}

/**
 * One informer for each resource and selection, shared by all who ask (client-go: `SharedInformerFactory`).
 */
export class Informers implements SharedInformers {
  readonly #options: InformersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #anyChange: AnyChangeHandler[] = [];

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  of<T extends ApiObject>(resource: Resource<T>, options: InformerOptions = {}): Informer<T> {
    return this.#entryOf(resource, options).informer as unknown as Informer<T>;
  }

  find(resource: Resource): Informer<ApiObject> | undefined {
    return this.#entries.get(keyOf(resource, {}))?.informer;
  }

  onAnyChange(handler: AnyChangeHandler): void {
    this.#anyChange.push(handler);
    for (const informer of this.all()) follow(informer, handler);
  }

  *inNamespace(namespace: string): Generator<{ resource: Resource; object: ApiObject }> {
    for (const { resource, store } of this.all()) {
      if (!resource.namespaced) continue;
      for (const object of store.inNamespace(namespace)) yield { resource, object };
    }
  }

  drop(informer: Informer<ApiObject>): void {
    informer.stop();
    for (const [key, entry] of this.#entries) if (entry.informer === informer) this.#entries.delete(key);
  }

  /** The same informers for one controller, with a record of those that it asks for. */
  forController(controller: string): ControllerInformers {
    return new ControllerInformers(this, (resource, options) => {
      const { informer, controllers } = this.#entryOf(resource, options);
      controllers.add(controller);
      return informer;
    });
  }

  /** Every informer that was asked for so far. */
  all(): Informer<ApiObject>[] {
    return [...this.#entries.values()].map(({ informer }) => informer);
  }

  /** Starts every informer that was asked for so far; may be called again. */
  start(): void {
    for (const informer of this.all()) informer.start();
  }

  /** Resolves when every informer that was asked for so far holds its first list. */
  async synced(): Promise<void> {
    await Promise.all(this.all().map((informer) => informer.synced));
  }

  /** Ends every watch for good. */
  stop(): void {
    for (const informer of this.all()) informer.stop();
  }

  #entryOf(resource: Resource<never> | Resource, options: InformerOptions): Entry {
    const key = keyOf(resource, options);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const { client, clock } = this.#options;
    const controllers = new Set<string>();
    const informer: Informer<ApiObject> = new Informer(resource as Resource, options, {
      client,
      clock,
      onError: (error) =>
        this.#options.onFailure?.({
          resource,
          error,
          hasSynced: informer.hasSynced(),
          controllers: [...controllers].sort(),
        }),
    });
    const entry = { informer, controllers };
    this.#entries.set(key, entry);
    for (const handler of this.#anyChange) follow(informer, handler);
    return entry;
  }
}

/** The informers of one identity as one of its controllers uses them. */
export class ControllerInformers implements SharedInformers {
  readonly #shared: Informers;
  readonly #obtain: (resource: Resource, options: InformerOptions) => Informer<ApiObject>;
  readonly #used = new Set<Informer<ApiObject>>();

  constructor(
    shared: Informers,
    obtain: (resource: Resource, options: InformerOptions) => Informer<ApiObject>,
  ) {
    this.#shared = shared;
    this.#obtain = obtain;
  }

  /** The informers that this controller asked for so far: the caches that it waits for. */
  used(): readonly Informer<ApiObject>[] {
    return [...this.#used];
  }

  of<T extends ApiObject>(resource: Resource<T>, options: InformerOptions = {}): Informer<T> {
    const informer = this.#obtain(resource, options);
    this.#used.add(informer);
    return informer as unknown as Informer<T>;
  }

  find(resource: Resource): Informer<ApiObject> | undefined {
    return this.#shared.find(resource);
  }

  onAnyChange(handler: AnyChangeHandler): void {
    this.#shared.onAnyChange(handler);
  }

  inNamespace(namespace: string): Iterable<{ resource: Resource; object: ApiObject }> {
    return this.#shared.inNamespace(namespace);
  }

  drop(informer: Informer<ApiObject>): void {
    this.#used.delete(informer);
    this.#shared.drop(informer);
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
