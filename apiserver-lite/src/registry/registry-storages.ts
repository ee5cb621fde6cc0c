import { resources, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { ResourceStorage } from '../storage/storage.ts';

/**
 * Makes the storage of one resource; called once per storage prefix, with the resource in its storage
 * version.
 */
export type StorageFactory = (resource: ResourceInfo) => ResourceStorage;

/**
 * The storages of the built-in resources, made when first asked for: one for all names and versions of a
 * prefix.
 */
export class RegistryStorages {
  readonly #factory: StorageFactory;
  readonly #byPrefix = new Map<string, ResourceStorage>();

  constructor(factory: StorageFactory) {
    this.#factory = factory;
  }

  /**
   * The stored objects of a built-in resource, by its plural name. Throws for one that there is not, or is
   * not stored.
   */
  of(group: string, resource: string): ResourceStorage {
    return this.forResource(builtInResource(group, resource));
  }

  /** The storage of a resource that need not be served. Throws for one that is not stored. */
  forResource(resource: ResourceInfo): ResourceStorage {
    const prefix = resource.storageKeyPrefix;
    if (prefix === undefined) throw new Error(`${resource.name} is not stored`);
    let storage = this.#byPrefix.get(prefix);
    if (storage === undefined) {
      storage = this.#factory(storageView(resource));
      this.#byPrefix.set(prefix, storage);
    }
    return storage;
  }

  /** Every storage that was made, once each. */
  all(): readonly ResourceStorage[] {
    return [...this.#byPrefix.values()];
  }
}

/** A built-in resource in any of its versions. Throws where there is none of that name. */
export function builtInResource(group: string, name: string): ResourceInfo {
  const resource = resources().find((info) => info.group === group && info.name === name);
  if (resource === undefined) throw new Error(`there is no resource ${name} in group "${group}"`);
  return resource;
}

/**
 * The resource in the version that it is stored in; where that version is not in the table, with its name.
 */
export function storageView(resource: ResourceInfo): ResourceInfo {
  const { group, version, kind } = resource.storedAs;
  const same = resources().find(
    (info) => info.group === group && info.version === version && info.kind === kind,
  );
  return same ?? { ...resource, group, version, kind };
}
