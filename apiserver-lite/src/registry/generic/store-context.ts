import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { GroupResource } from '../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import type { Finish, StoreRequest, Strategy } from '../strategy.ts';
import { dryRunStorage } from './dry-run-storage.ts';

export interface GenericStoreOptions {
  resource: ResourceInfo;
  storage: ResourceStorage;
  strategy: Strategy;
  /** Fills in the defaults of an object of the storage version. */
  applyDefaults(object: KubeObject): void;
  /** As Math.random. */
  random: () => number;
  /** How many objects of a collection are deleted at a time. */
  deleteCollectionWorkers?: number;
}

/** Nothing was begun: there is nothing to end. */
export const nothingBegun: Finish = async () => {};

/** What creation, update and deletion of one kind's objects share. */
export class StoreContext {
  readonly options: GenericStoreOptions;
  readonly strategy: Strategy;
  readonly storage: ResourceStorage;
  readonly target: GroupResource;
  readonly #dryRun: Pick<ResourceStorage, 'create' | 'guaranteedUpdate' | 'delete'>;

  constructor(options: GenericStoreOptions) {
    this.options = options;
    this.strategy = options.strategy;
    this.storage = options.storage;
    this.target = { group: options.resource.group, resource: options.resource.name };
    const keyPrefix = options.resource.storageKeyPrefix ?? options.resource.name;
    this.#dryRun = dryRunStorage(options.storage, { resource: this.target, keyPrefix }, (object) =>
      options.applyDefaults(object),
    );
  }

  namespaceOf(request: StoreRequest): string {
    return this.strategy.namespaced ? request.namespace : '';
  }

  keyOf(request: StoreRequest, name: string) {
    return { namespace: this.namespaceOf(request), name };
  }

  /** Where the request may write: a dry run only seems to. */
  writesOf(request: StoreRequest) {
    return request.dryRun ? this.#dryRun : this.storage;
  }
}
