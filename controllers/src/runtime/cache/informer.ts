import {
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  type Watch,
} from '@kubernetes/client-node';
import { isExpired, retryAfterOf } from '../client/api-error.ts';
import { type ApiList, type ApiObject, objectKey } from '../client/api-object.ts';
import type { Client } from '../client/client.ts';
import { type Clock, delay } from '../clock.ts';
import { apiVersionOf, type Resource } from '../client/resource.ts';
import { type IndexFunction, type ReadonlyStore, Store } from './store.ts';

/**
 * Callbacks for changes of a cache, called in the order of the API's history, after the cache has changed.
 */
export interface ChangeHandler<T extends ApiObject> {
  add?(object: T): void;
  update?(before: T, after: T): void;
  /** `object` is the last known state where the deletion itself was missed. */
  delete?(object: T): void;
}

/** Which objects of a resource an informer follows; by default all of them. */
export interface InformerOptions {
  labelSelector?: string;
  fieldSelector?: string;
  namespace?: string;
  /** Fetch `PartialObjectMetadata` only. */
  metadataOnly?: boolean;
}

/** What an informer works with. */
export interface InformerDependencies {
  client: Client;
  clock: Clock;
  /** Called for every failure to list or watch; the informer tries again by itself. */
  onError?(error: Error): void;
}

const pageSize = 500;
const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
/** A watch that ended sooner than this without an error is opened again only after a pause. */
const quickEndMs = 1000;

/**
 * A cache of one resource that follows the API, shared by all controllers of one identity.
 *
 * client-node's `ListWatch` lists, watches from the list's version, and lists again when that version is too
 * old. This class gives it raw JSON instead of models with Dates, restarts it with backoff after an error,
 * and adds what it does not have: indexes, the state before an update, delete and add where an object was
 * replaced by another of its name, and whether the first list is complete.
 */
export class Informer<T extends ApiObject> {
  readonly resource: Resource<T>;
  /** Resolves when the first list is in the cache and the handlers were called for it. */
  readonly synced: Promise<void>;
  readonly #store = new Store<T>();
  readonly #options: InformerOptions;
  readonly #dependencies: InformerDependencies;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #stop = new AbortController();
  readonly #listWatch: ListWatch<KubernetesObject>;
  #started = false;
  #hasSynced = false;
  #markSynced: () => void = () => undefined;
  #backoffMs = firstBackoffMs;
  #openedAtMs = 0;

  constructor(resource: Resource<T>, options: InformerOptions, dependencies: InformerDependencies) {
    this.resource = resource;
    this.#options = options;
    this.#dependencies = dependencies;
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
    // ListWatch uses nothing of Watch but this method.
    const watch = { watch: this.#watch.bind(this) } as unknown as Watch;
    // ListWatch reads only names, namespaces and versions of objects; it does not matter that times are no
    // Dates.
    const list = () => this.#list() as unknown as Promise<KubernetesListObject<KubernetesObject>>;
    this.#listWatch = new ListWatch('', watch, list, false, undefined, undefined, {
      delayFn: () => this.#pauseBeforeReconnect(),
    });
    this.#listWatch.on('add', (object) => this.#changed(object as unknown as T));
    this.#listWatch.on('update', (object) => this.#changed(object as unknown as T));
    this.#listWatch.on('delete', (object) => this.#deleted(object as unknown as T));
    this.#listWatch.on('error', (error: unknown) => void this.#failed(error));
  }

  /** The cache. */
  get store(): ReadonlyStore<T> {
    return this.#store;
  }

  /** Whether `synced` has resolved. */
  hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Adds an index over the cache; see `Store.addIndex`. */
  addIndex(index: string, values: IndexFunction<T>): void {
    this.#store.addIndex(index, values);
  }

  /** Calls `add` at once for what is in the cache already. Returns a function that removes the handler. */
  addHandler(handler: ChangeHandler<T>): () => void {
    for (const object of this.#store.list()) handler.add?.(object);
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  /** Begins to list and watch; calling it again changes nothing. */
  start(): void {
    if (this.#started || this.#stop.signal.aborted) return;
    this.#started = true;
    void this.#listWatch.start();
  }

  /** Ends the watch for good; the cache stays as it is. */
  stop(): void {
    this.#stop.abort();
    void this.#listWatch.stop();
  }

  async #list(): Promise<ApiList<T>> {
    const { metadataOnly, ...selection } = this.#options;
    const list = await this.#dependencies.client.list(this.resource, {
      ...selection,
      limit: pageSize,
      ...(metadataOnly ? { metadataOnly } : {}),
    });
    for (let next = list.metadata.continue; next;) {
      const page = await this.#dependencies.client.list(this.resource, {
        ...selection,
        limit: pageSize,
        continue: next,
        ...(metadataOnly ? { metadataOnly } : {}),
      });
      for (const item of page.items) list.items.push(item);
      next = page.metadata.continue;
    }
    // Items of a list carry neither kind nor apiVersion.
    for (const item of list.items) this.#complete(item);
    return list;
  }

  #complete(object: T): void {
    object.kind ??= this.resource.kind;
    object.apiVersion ??= apiVersionOf(this.resource);
    // No controller reads them, and they are half of a small object. The server keeps them when an update has
    // none.
    delete object.metadata.managedFields;
  }

  /**
   * ListWatch's only use of client-node's Watch. It is called when the list, if there was one, is complete.
   */
  #watch(
    _path: string,
    parameters: { resourceVersion?: string },
    event: (type: string, object: unknown) => void,
    done: (error: unknown) => void,
  ): Promise<AbortController> {
    const controller = new AbortController();
    if (this.#stop.signal.aborted) return Promise.resolve(controller);
    if (!this.#hasSynced) {
      this.#hasSynced = true;
      this.#markSynced();
    }
    const { labelSelector, fieldSelector, namespace, metadataOnly } = this.#options;
    this.#openedAtMs = this.#dependencies.clock.monotonicMs();
    const handle = this.#dependencies.client.watch(
      this.resource,
      {
        resourceVersion: parameters.resourceVersion ?? '',
        ...(labelSelector ? { labelSelector } : {}),
        ...(fieldSelector ? { fieldSelector } : {}),
        ...(namespace ? { namespace } : {}),
        ...(metadataOnly ? { metadataOnly } : {}),
      },
      {
        opened: () => {
          this.#backoffMs = firstBackoffMs;
        },
        event: ({ type, object }) => {
          if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') this.#complete(object as T);
          event(type, object);
        },
        closed: (error) => done(isExpired(error) ? { code: 410 } : error),
      },
    );
    controller.signal.addEventListener('abort', () => handle.abort());
    return Promise.resolve(controller);
  }

  #changed(object: T): void {
    const before = this.#store.set(object);
    for (const handler of this.#handlers) {
      if (!before) handler.add?.(object);
      else if (before.metadata.uid === object.metadata.uid) handler.update?.(before, object);
      else {
        handler.delete?.(before);
        handler.add?.(object);
      }
    }
  }

  #deleted(object: T): void {
    const before = this.#store.delete(objectKey(object));
    if (!before) return;
    for (const handler of this.#handlers) handler.delete?.(object);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#dependencies.onError?.(error instanceof Error ? error : new Error(String(error)));
    const jittered = this.#backoffMs * (1 + Math.random());
    this.#backoffMs = Math.min(this.#backoffMs * 2, longestBackoffMs);
    await delay(this.#dependencies.clock, Math.max(jittered, retryAfterOf(error) ?? 0), this.#stop.signal);
    // Continues from the last known version, or with a new list where there is none.
    if (!this.#stop.signal.aborted) await this.#listWatch.start();
  }

  #pauseBeforeReconnect(): Promise<void> {
    const { clock } = this.#dependencies;
    const lived = clock.monotonicMs() - this.#openedAtMs;
    return lived >= quickEndMs ? Promise.resolve() : delay(clock, quickEndMs - lived, this.#stop.signal);
  }
}
