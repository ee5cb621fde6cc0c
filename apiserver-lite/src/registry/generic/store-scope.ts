import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Admission } from '../../admission/admission.ts';
import type { GroupResource } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import type { Finish, StoreRequest, Strategy } from '../strategy.ts';
import { dryRunStorage } from './dry-run-storage.ts';

export interface GenericStoreOptions {
  resource: ResourceInfo;
  /** Set for a store that serves a subresource: its name, for admission. */
  subresource?: string;
  storage: ResourceStorage;
  strategy: Strategy;
  /** Fills in the defaults of an object of the storage version. */
  applyDefaults(object: KubeObject): void;
  admission: Admission;
  /** As Math.random. */
  random: () => number;
  /** How many objects of a collection are deleted at a time. */
  deleteCollectionWorkers?: number;
}

/** Nothing was begun: there is nothing to end. */
export const nothingBegun: Finish = async () => {};

/** What creation, update and deletion of one kind's objects share. */
export class StoreScope {
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

  get admission(): Admission {
    return this.options.admission;
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

  /** What admission is told. */
  attributes(
    request: StoreRequest,
    operation: 'CREATE' | 'UPDATE' | 'DELETE',
    { object, oldObject, name }: { object?: KubeObject; oldObject?: KubeObject; name?: string },
  ) {
    return {
      operation,
      resource: this.options.resource,
      subresource: this.options.subresource ?? '',
      namespace: this.namespaceOf(request),
      name: name ?? object?.metadata.name ?? '',
      ...(object === undefined ? {} : { object }),
      ...(oldObject === undefined ? {} : { oldObject }),
      user: request.user,
      dryRun: request.dryRun,
      warn: (text: string) => request.warn(text),
    };
  }

  /** Asks admission whether the object may be deleted at all. */
  admitDelete(request: StoreRequest, name: string): Promise<void> {
    return this.admission.admit(this.attributes(request, 'DELETE', { name }));
  }

  async validateDelete(request: StoreRequest, name: string, current: CachedObject): Promise<void> {
    await this.admission.validate(this.attributes(request, 'DELETE', { name, oldObject: current.object }));
  }
}
