import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ListOptions, ListPage, ResourceStorage, WatchOptions, Watcher } from '../../storage/storage.ts';
import type {
  DeleteOptions,
  DeleteResult,
  UpdateOptions,
  UpdateResult,
  ValidatedDelete,
  ValidateObject,
} from '../rest.ts';
import type { StoreRequest, Strategy } from '../strategy.ts';
import { createObject } from './create-object.ts';
import { deleteCollection } from './delete-collection.ts';
import { deleteObject } from './delete-object.ts';
import { StoreContext, type GenericStoreOptions } from './store-context.ts';
import { updateObject, type Transform } from './update-object.ts';

/** The rules that all kinds share, between the API and the store (Kubernetes: `genericregistry.Store`). */
export class GenericStore {
  readonly resource: ResourceInfo;
  readonly strategy: Strategy;
  readonly storage: ResourceStorage;
  readonly #context: StoreContext;

  constructor(options: GenericStoreOptions) {
    this.#context = new StoreContext(options);
    this.resource = options.resource;
    this.strategy = options.strategy;
    this.storage = options.storage;
  }

  /** The same objects under another strategy: what a subresource serves. */
  withStrategy(strategy: Strategy): GenericStore {
    return new GenericStore({ ...this.#context.options, strategy });
  }

  get(request: StoreRequest, name: string, resourceVersion: string): Promise<CachedObject> {
    return this.storage.get(this.#context.keyOf(request, name), resourceVersion);
  }

  list(request: StoreRequest, options: ListOptions): Promise<ListPage> {
    return this.storage.list({ ...options, namespace: this.#context.namespaceOf(request) });
  }

  watch(request: StoreRequest, options: WatchOptions): Promise<Watcher> {
    return this.storage.watch({ ...options, namespace: this.#context.namespaceOf(request) });
  }

  /** Takes over `object`; `validate` is asked just before it is stored. */
  create(request: StoreRequest, object: KubeObject, validate: ValidateObject): Promise<CachedObject> {
    return createObject(this.#context, request, { object, validate });
  }

  /** `transform` sees the current object; what it returns is copied before anything changes it. */
  update(
    request: StoreRequest,
    name: string,
    transform: Transform,
    options: Omit<UpdateOptions, 'dryRun'>,
  ): Promise<UpdateResult> {
    return updateObject(this.#context, request, { name, transform, options });
  }

  delete(request: StoreRequest, name: string, options: ValidatedDelete): Promise<DeleteResult> {
    this.#warnOfDeletion(request, options);
    return deleteObject(this.#context, request, name, options);
  }

  /** Deletes what the list names, and answers with it. */
  deleteCollection(request: StoreRequest, options: ValidatedDelete, list: ListOptions): Promise<ListPage> {
    this.#warnOfDeletion(request, options);
    return deleteCollection(this.#context, request, { options, list });
  }

  #warnOfDeletion(request: StoreRequest, options: DeleteOptions): void {
    for (const text of this.strategy.warningsOnDelete?.(options) ?? []) request.warn(text);
  }
}
