import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';
import { conversionOf } from './conversion/conversions.ts';
import type { KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import type { Conversion } from './generic/conversion.ts';
import { convertedRest } from './generic/converted-rest.ts';
import { GenericStore } from './generic/generic-store.ts';
import { kindStrategy } from './generic/kind-strategy.ts';
import { storeRest } from './generic/store-rest.ts';
import { applyDefaults } from './defaults/apply-defaults.ts';
import type { KindDependencies, KindModule } from './kind-module.ts';
import { kindModuleOf } from './kind-modules.ts';
import { guardEscalation } from './rbac/escalation-check.ts';
import { defaultTable } from './table/default-table.ts';
import { restFacets } from './rest-facets.ts';
import { storageView, type RegistryStorages } from './registry-storages.ts';
import type { Rest, TableConvertor } from './rest.ts';
import type { TrackServerWrite } from './server-writes.ts';
import type { Strategy } from './strategy.ts';
import type { TokenSettings } from './subresource-builder.ts';
import { buildSubresource } from './subresources.ts';
import { warnOfMissingActors } from './missing-actors.ts';

/** What the endpoints of stored resources are built from. */
export interface StoredRestsOptions {
  storages: RegistryStorages;
  /** Asked whether users hold what the roles grant that they write. */
  authorizer: ReviewAuthorizer;
  dependencies: KindDependencies;
  /** The parts that act on objects; undefined: not known, and nobody is warned of what they leave undone. */
  actors: ReadonlySet<string> | undefined;
  /** How `serviceaccounts/token` issues tokens; it is not served without. */
  tokenRequests: TokenSettings | undefined;
  kubelet: KubeletClientOptions;
  trackServerWrite: TrackServerWrite;
  /** Default: that of the store. */
  deleteCollectionWorkers: number | undefined;
  /** As Math.random. */
  random: () => number;
  log: Logger;
}

/** Builds the endpoints of resources that are stored. Versions that share a storage share one store. */
export class StoredRests {
  readonly #options: StoredRestsOptions;
  readonly #stores = new Map<string, GenericStore>();

  constructor(options: StoredRestsOptions) {
    this.#options = options;
  }

  /** The store of a storage prefix; undefined where no resource of it was built. */
  storeOf(prefix: string): GenericStore | undefined {
    return this.#stores.get(prefix);
  }

  /**
   * A resource of one version, and its subresources as far as they are implemented. `module` is that of its
   * own kind.
   */
  build(resource: ResourceInfo, module: KindModule): Rest[] {
    const { authorizer, dependencies } = this.#options;
    const { clock, storageOf } = dependencies;
    const stored = kindModuleOf(resource.storedAs) ?? module;
    const store = this.#storeFor(resource, stored);
    const conversion = conversionOf(resource);
    const table = tableOf(resource, module, conversion);
    const facets = restFacets(resource, module);
    const plain = guardEscalation(storeRest({ resource, store, table, clock, facets }), {
      authorizer,
      storageOf,
    });
    for (const [verb, serve] of Object.entries(stored.verbs?.(store, clock) ?? {})) {
      if (verb in plain) Object.assign(plain, { [verb]: serve });
    }
    const own =
      conversion === undefined
        ? plain
        : convertedRest({ rest: plain, resource, conversion, table, facets, applyDefaults });
    return [own, ...this.#subresources(plain, { module: stored, store, conversion })];
  }

  #storeFor(resource: ResourceInfo, module: KindModule): GenericStore {
    const { storages, random, deleteCollectionWorkers } = this.#options;
    const prefix = resource.storageKeyPrefix ?? '';
    let store = this.#stores.get(prefix);
    if (store === undefined) {
      store = new GenericStore({
        resource: storageView(resource),
        storage: storages.forResource(resource),
        strategy: this.#strategyOf(resource, module),
        applyDefaults,
        random,
        ...(deleteCollectionWorkers === undefined ? {} : { deleteCollectionWorkers }),
      });
      this.#stores.set(prefix, store);
    }
    return store;
  }

  #strategyOf({ storedAs: { group, kind }, namespaced }: ResourceInfo, module: KindModule): Strategy {
    const { dependencies, actors } = this.#options;
    const traits = typeof module.strategy === 'function' ? module.strategy(dependencies) : module.strategy;
    const strategy = kindStrategy({ group, kind, namespaced }, traits);
    return warnOfMissingActors(strategy, module.actors ?? [], actors);
  }

  #subresources(
    parent: Rest,
    parts: { module: KindModule; store: GenericStore; conversion: Conversion | undefined },
  ): Rest[] {
    const { dependencies, tokenRequests, kubelet, trackServerWrite, log } = this.#options;
    const { module, store, conversion } = parts;
    const { resource } = parent;
    return resource.subresources.flatMap((subresource) => {
      const rest = buildSubresource(module, {
        parent,
        subresource,
        store,
        status: module.status,
        clock: dependencies.clock,
        tokenRequests,
        kubelet,
        storageOf: dependencies.storageOf,
        trackServerWrite,
      });
      if (rest === undefined) {
        log.debug(
          { resource: resource.name, subresource: subresource.name },
          'subresource is not served yet',
        );
        return [];
      }
      return conversion !== undefined && subresource.kind === resource.kind
        ? convertedRest({ rest, resource, subresource, conversion, table: rest.table, applyDefaults })
        : rest;
    });
  }
}

/** A kind's table is written for its stored version; rows of another version are converted first. */
function tableOf(
  { group, kind, storedAs }: ResourceInfo,
  module: KindModule,
  conversion: Conversion | undefined,
): TableConvertor {
  const table = module.table ?? defaultTable;
  if (conversion === undefined || group !== storedAs.group || kind !== storedAs.kind) return table;
  const { conditions, compare } = table;
  const stored = (object: KubeObject) => conversion.toStored(object);
  return {
    ...table,
    cells: (object, nowMs) => table.cells(stored(object), nowMs),
    ...(conditions === undefined ? {} : { conditions: (object) => conditions(stored(object)) }),
    ...(compare === undefined ? {} : { compare: (left, right) => compare(stored(left), stored(right)) }),
  };
}
