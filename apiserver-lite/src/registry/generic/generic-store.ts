import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Admission } from '../../admission/admission.ts';
import {
  alreadyExists,
  conflict,
  invalid,
  isReason,
  notFound,
  objectModified,
  StatusError,
  type GroupResource,
} from '../../server/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type {
  ListOptions,
  ListPage,
  Preconditions,
  ResourceStorage,
  WatchOptions,
  Watcher,
} from '../../storage/storage.ts';
import type { DeleteOptions, DeleteResult, UpdateOptions, UpdateResult } from '../rest.ts';
import type { Finish, StoreRequest, Strategy } from '../strategy.ts';
import { beforeCreate, ensureNamespace, fillSystemFields } from './before-create.ts';
import { beforeUpdate } from './before-update.ts';
import { beforeDelete, markAsDeleting } from './before-delete.ts';
import { copyOf } from './copy-object.ts';
import { deletionFinalizers } from './deletion-finalizers.ts';
import { checkPreconditions, dryRunStorage } from './dry-run-storage.ts';
import { generatedName } from './generated-name.ts';

/** Makes the wanted object from the current one; never changes the current one. */
export type Transform = (current: KubeObject | undefined) => Promise<KubeObject> | KubeObject;

export interface GenericStoreOptions {
  resource: ResourceInfo;
  /** Set for a store that serves a subresource: its name, for admission. */
  subresource?: string;
  storage: ResourceStorage;
  strategy: Strategy;
  admission: Admission;
  /** As Math.random. */
  random: () => number;
}

const nameGenerationAttempts = 8;
const kept: Finish = async () => {};

/** Ends an update attempt: the object has lost its last finalizer, and the write becomes its deletion. */
class EmptiedFinalizers extends Error {
  readonly object: KubeObject;

  constructor(object: KubeObject) {
    super('the last finalizer is gone');
    this.object = object;
  }
}

/** Ends a deletion step that has nothing to write: a graceful deletion is under way, or nothing holds the object. */
class NothingToMark extends Error {
  readonly object: CachedObject;
  readonly deleteNow: boolean;

  constructor(object: CachedObject, deleteNow: boolean) {
    super(deleteNow ? 'nothing holds the object' : 'the object is being deleted already');
    this.object = object;
    this.deleteNow = deleteNow;
  }
}

/** The rules that all kinds share, between the API and the store (Kubernetes: `genericregistry.Store`). */
export class GenericStore {
  readonly resource: ResourceInfo;
  readonly strategy: Strategy;
  readonly storage: ResourceStorage;
  readonly #options: GenericStoreOptions;
  readonly #target: GroupResource;
  readonly #dryRun: Pick<ResourceStorage, 'create' | 'guaranteedUpdate' | 'delete'>;

  constructor(options: GenericStoreOptions) {
    this.#options = options;
    this.resource = options.resource;
    this.strategy = options.strategy;
    this.storage = options.storage;
    this.#target = { group: options.resource.group, resource: options.resource.name };
    this.#dryRun = dryRunStorage(options.storage, this.#target);
  }

  /** The same objects under another strategy: what a subresource serves. */
  withStrategy(subresource: string, strategy: Strategy): GenericStore {
    return new GenericStore({ ...this.#options, subresource, strategy });
  }

  get(request: StoreRequest, name: string, resourceVersion: string): Promise<CachedObject> {
    return this.storage.get(this.#key(request, name), resourceVersion);
  }

  list(request: StoreRequest, options: ListOptions): Promise<ListPage> {
    return this.storage.list({ ...options, namespace: this.#namespace(request) });
  }

  watch(request: StoreRequest, options: WatchOptions): Promise<Watcher> {
    return this.storage.watch({ ...options, namespace: this.#namespace(request) });
  }

  /** Takes over `object`. A generated name that is taken is drawn again, up to eight times (KEP-4420). */
  async create(request: StoreRequest, object: KubeObject): Promise<CachedObject> {
    ensureNamespace(this.strategy, object, this.#namespace(request));
    await this.#options.admission.admit(this.#attributes(request, 'CREATE', { object }));
    const generated = !object.metadata.name && !!object.metadata.generateName;
    if (!generated) return this.#createOnce(request, object);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#createOnce(request, copyOf(object));
      } catch (error) {
        if (!isReason(error, 'AlreadyExists') || attempt === nameGenerationAttempts) throw error;
      }
    }
  }

  /** `transform` sees the current object; what it returns is copied before anything changes it. */
  async update(
    request: StoreRequest,
    name: string,
    transform: Transform,
    options: Omit<UpdateOptions, 'dryRun'> = {},
  ): Promise<UpdateResult> {
    const key = this.#key(request, name);
    let finish: Finish = kept;
    let created = false;
    let succeeded = false;
    const tryUpdate = async (current: CachedObject | undefined): Promise<KubeObject> => {
      await finish(false);
      finish = kept;
      created = current === undefined;
      if (current === undefined) {
        if (!this.strategy.allowCreateOnUpdate && options.forceAllowCreate !== true) {
          throw notFound(this.#target, name);
        }
        const object = copyOf(await transform(undefined));
        ensureNamespace(this.strategy, object, this.#namespace(request));
        await this.#options.admission.admit(this.#attributes(request, 'CREATE', { object, name }));
        finish = await this.#prepareNew(request, object);
        return object;
      }
      const old = current.object;
      const object = copyOf(await transform(old));
      await this.#options.admission.admit(
        this.#attributes(request, 'UPDATE', { object, name, oldObject: old }),
      );
      this.#checkVersion(name, object, current);
      finish = (await this.strategy.beginUpdate?.(object, old, request)) ?? kept;
      beforeUpdate(this.strategy, object, old, request);
      await this.#options.admission.validate(
        this.#attributes(request, 'UPDATE', { object, name, oldObject: old }),
      );
      if (this.#shouldDeleteDuringUpdate(object, old)) throw new EmptiedFinalizers(object);
      return object;
    };
    try {
      const object = await this.#writes(request).guaranteedUpdate(key, tryUpdate, {
        ignoreNotFound: true,
        ...(options.preconditions === undefined ? {} : { preconditions: options.preconditions }),
        ...(this.strategy.ttlSeconds === undefined ? {} : { ttlSeconds: this.strategy.ttlSeconds }),
      });
      succeeded = true;
      return { object, created };
    } catch (error) {
      if (error instanceof EmptiedFinalizers) {
        const object = await this.#deleteWithoutFinalizers(request, name, error.object);
        succeeded = true;
        return { object, created: false };
      }
      throw error;
    } finally {
      await finish(succeeded && !request.dryRun);
    }
  }

  async delete(request: StoreRequest, name: string, options: DeleteOptions): Promise<DeleteResult> {
    const { strategy } = this;
    const key = this.#key(request, name);
    await this.admitDelete(request, name);
    const found = await this.storage.get(key, '');
    const nowMs = request.nowMs;
    const probe = copyOf(found.object);
    const grace = beforeDelete({ strategy, resource: this.#target, object: probe, options, nowMs });
    if (grace === 'pending') return { object: found, immediate: false };
    const inSteps =
      grace === 'graceful' ||
      (probe.metadata.finalizers ?? []).length > 0 ||
      deletionFinalizers(probe, strategy.garbageCollection, options) !== undefined;
    let preconditions: Preconditions = options.preconditions ?? {};
    let last: CachedObject | undefined;
    if (inSteps) {
      const step = await this.#markForDeletion(request, name, options);
      if (!step.deleteNow) return { object: step.object, immediate: false };
      last = step.object;
      if (preconditions.resourceVersion !== undefined) {
        preconditions = { ...preconditions, resourceVersion: String(last.revision) };
      }
    }
    try {
      const object = await this.#writes(request).delete(key, {
        preconditions,
        validate: (current) => this.#validateDelete(request, name, current),
      });
      if (!request.dryRun) await strategy.afterDelete?.(object.object);
      return { object, immediate: true };
    } catch (error) {
      // Somebody who watched the grace period end may have been faster.
      if (last !== undefined && isReason(error, 'NotFound')) return { object: last, immediate: true };
      throw error;
    }
  }

  /** Asks admission whether the object may be deleted at all. */
  admitDelete(request: StoreRequest, name: string): Promise<void> {
    return this.#options.admission.admit(this.#attributes(request, 'DELETE', { name }));
  }

  /** Deletes what the list names, one by one, and answers with the list. */
  async deleteCollection(
    request: StoreRequest,
    options: DeleteOptions,
    list: ListOptions,
  ): Promise<ListPage> {
    const page = await this.list(request, list);
    for (const { object } of page.items) {
      const { name = '', namespace = '' } = object.metadata;
      try {
        await this.delete({ ...request, namespace }, name, options);
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
    return page;
  }

  #namespace(request: StoreRequest): string {
    return this.strategy.namespaced ? request.namespace : '';
  }

  #key(request: StoreRequest, name: string) {
    return { namespace: this.#namespace(request), name };
  }

  #writes(request: StoreRequest) {
    return request.dryRun ? this.#dryRun : this.storage;
  }

  #attributes(
    request: StoreRequest,
    operation: 'CREATE' | 'UPDATE' | 'DELETE',
    { object, oldObject, name }: { object?: KubeObject; oldObject?: KubeObject; name?: string },
  ) {
    return {
      operation,
      resource: this.resource,
      subresource: this.#options.subresource ?? '',
      namespace: this.#namespace(request),
      name: name ?? object?.metadata.name ?? '',
      ...(object === undefined ? {} : { object }),
      ...(oldObject === undefined ? {} : { oldObject }),
      user: request.user,
      dryRun: request.dryRun,
      warn: (text: string) => request.warn(text),
    };
  }

  /** Everything that makes a decoded object a storable new one. */
  async #prepareNew(request: StoreRequest, object: KubeObject): Promise<Finish> {
    const { strategy } = this;
    const { metadata } = object;
    fillSystemFields(object, request.nowMs);
    if (!metadata.name && metadata.generateName) {
      metadata.name = generatedName(metadata.generateName, this.#options.random);
    }
    const finish = (await strategy.beginCreate?.(object, request)) ?? kept;
    try {
      beforeCreate(strategy, object, request);
      await this.#options.admission.validate(this.#attributes(request, 'CREATE', { object }));
      return finish;
    } catch (error) {
      await finish(false);
      throw error;
    }
  }

  async #createOnce(request: StoreRequest, object: KubeObject): Promise<CachedObject> {
    const finish = await this.#prepareNew(request, object);
    const key = this.#key(request, object.metadata.name ?? '');
    const { ttlSeconds } = this.strategy;
    let succeeded = false;
    try {
      const created = await this.#writes(request).create(
        key,
        object,
        ttlSeconds === undefined ? {} : { ttlSeconds },
      );
      succeeded = true;
      return created;
    } catch (error) {
      throw await this.#explainTaken(request, object, error);
    } finally {
      await finish(succeeded && !request.dryRun);
    }
  }

  /** Why a name is taken: by a generated name's bad luck, or by an object on its way out. */
  async #explainTaken(request: StoreRequest, object: KubeObject, error: unknown): Promise<unknown> {
    if (!isReason(error, 'AlreadyExists')) return error;
    const name = object.metadata.name ?? '';
    let taken: StatusError = error;
    if (object.metadata.generateName) {
      const plain = alreadyExists(this.#target, name);
      taken = new StatusError(
        409,
        'AlreadyExists',
        `${plain.message}, the server was not able to generate a unique name for the object`,
        { ...plain.status.details, retryAfterSeconds: 1 },
      );
    }
    try {
      const existing = await this.get(request, name, '');
      if (existing.object.metadata.deletionTimestamp !== undefined) {
        taken.status.message = `object is being deleted: ${taken.status.message ?? ''}`;
      }
    } catch (missing) {
      if (!isReason(missing, 'NotFound')) throw missing;
    }
    return taken;
  }

  #checkVersion(name: string, object: KubeObject, current: CachedObject): void {
    const stored = String(current.revision);
    const wanted = object.metadata.resourceVersion;
    if (wanted === undefined || wanted === '' || wanted === '0') {
      if (!this.strategy.allowUnconditionalUpdate) {
        throw invalid({ group: this.resource.group, kind: this.resource.name }, name, [
          {
            field: 'metadata.resourceVersion',
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: must be specified for an update',
          },
        ]);
      }
      object.metadata.resourceVersion = stored;
      return;
    }
    if (wanted !== stored) throw conflict(this.#target, name, objectModified);
  }

  #shouldDeleteDuringUpdate(object: KubeObject, old: KubeObject): boolean {
    if ((object.metadata.finalizers ?? []).length > 0) return false;
    if (this.strategy.shouldDeleteDuringUpdate !== undefined) {
      return this.strategy.shouldDeleteDuringUpdate(object, old);
    }
    return old.metadata.deletionTimestamp !== undefined && !old.metadata.deletionGracePeriodSeconds;
  }

  async #validateDelete(request: StoreRequest, name: string, current: CachedObject): Promise<void> {
    await this.#options.admission.validate(
      this.#attributes(request, 'DELETE', { name, oldObject: current.object }),
    );
  }

  async #markForDeletion(
    request: StoreRequest,
    name: string,
    options: DeleteOptions,
  ): Promise<{ object: CachedObject; deleteNow: boolean }> {
    const { strategy } = this;
    let pendingFinalizers = false;
    let graceSeconds = 0;
    try {
      const object = await this.#writes(request).guaranteedUpdate(
        this.#key(request, name),
        async (current) => {
          if (current === undefined) throw notFound(this.#target, name);
          await this.#validateDelete(request, name, current);
          const next = copyOf(current.object);
          const nowMs = request.nowMs;
          const grace = beforeDelete({ strategy, resource: this.#target, object: next, options, nowMs });
          if (grace === 'pending') throw new NothingToMark(current, false);
          const finalizers = deletionFinalizers(next, strategy.garbageCollection, options);
          if (finalizers !== undefined) next.metadata.finalizers = finalizers;
          pendingFinalizers = (next.metadata.finalizers ?? []).length > 0;
          if (!pendingFinalizers) {
            if (grace === 'none') throw new NothingToMark(current, true);
            delete next.metadata.finalizers;
          }
          graceSeconds = 0;
          if (grace === 'graceful') graceSeconds = next.metadata.deletionGracePeriodSeconds ?? 0;
          else markAsDeleting(next, nowMs);
          return next;
        },
        options.preconditions === undefined ? {} : { preconditions: options.preconditions },
      );
      return { object, deleteNow: !pendingFinalizers && graceSeconds === 0 };
    } catch (error) {
      if (error instanceof NothingToMark) return error;
      throw error;
    }
  }

  async #deleteWithoutFinalizers(
    request: StoreRequest,
    name: string,
    object: KubeObject,
  ): Promise<CachedObject> {
    const { uid } = object.metadata;
    try {
      const gone = await this.#writes(request).delete(this.#key(request, name), {
        preconditions: uid === undefined ? {} : { uid },
        validate: (current) =>
          checkPreconditions(this.#target, name, uid === undefined ? {} : { uid }, current.object),
      });
      if (!request.dryRun) await this.strategy.afterDelete?.(gone.object);
      return new CachedObject(
        { ...object, metadata: { ...object.metadata, resourceVersion: String(gone.revision) } },
        gone.revision,
      );
    } catch (error) {
      // The purpose of the update was the deletion, and the object is gone.
      if (isReason(error, 'NotFound')) return new CachedObject(object, 0);
      throw error;
    }
  }
}
