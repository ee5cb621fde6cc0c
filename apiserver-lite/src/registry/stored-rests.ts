import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Admission } from '../admission/admission.ts';
import { conversionOf } from './conversion/conversions.ts';
import { namespaceDelete } from './core/namespace/namespace-rest.ts';
import type { KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import { convertedRest, type Conversion } from './generic/converted-rest.ts';
import { GenericStore } from './generic/generic-store.ts';
import { kindStrategy } from './generic/kind-strategy.ts';
import { storeRest } from './generic/store-rest.ts';
import type { KindDependencies, KindModule } from './kind-module.ts';
import { kindModules } from './kind-modules.ts';
import { defaultTable } from './table/default-table.ts';
import { tables } from './printers/tables.ts';
import { storageView, type RegistryStorages } from './registry-storages.ts';
import type { Rest, TableConvertor } from './rest.ts';
import { selectableFields, unsupportedFields } from './selectable-fields.ts';
import type { TrackServerWrite } from './server-writes.ts';
import { buildSubresource, type TokenSettings } from './subresources.ts';
import { warnUnattended } from './unattended.ts';

/** What the endpoints of stored resources are built from. */
export interface StoredRestsOptions {
  storages: RegistryStorages;
  admission: Admission;
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
  readonly #modules: ReadonlyMap<string, KindModule> = kindModules();
  readonly #stores = new Map<string, GenericStore>();

  constructor(options: StoredRestsOptions) {
    this.#options = options;
  }

  /** The store of a storage prefix; undefined where no resource of it was built. */
  storeOf(prefix: string): GenericStore | undefined {
    return this.#stores.get(prefix);
  }

  /** A resource of one version, and its subresources as far as they are implemented. */
  build(resource: ResourceInfo): Rest[] {
    const { clock } = this.#options.dependencies;
    const { group, kind } = resource.storedAs;
    const id = `${group}/${kind}`;
    const module = this.#modules.get(id) ?? plainModule(resource);
    const store = this.#storeFor(resource, module);
    const conversion = conversionOf(resource);
    const table = tableOf(resource, module, conversion);
    const selectors = selectorsOf(resource);
    const plain = storeRest({ resource, store, table, clock, selectors });
    if (id === '/Namespace' && plain.delete !== undefined) plain.delete = namespaceDelete(store, clock);
    const own =
      conversion === undefined
        ? plain
        : convertedRest({ rest: plain, resource, conversion, table, selectors });
    return [own, ...this.#subresources(plain, { module, store, conversion })];
  }

  #storeFor(resource: ResourceInfo, module: KindModule): GenericStore {
    const { storages, admission, dependencies, actors, random, deleteCollectionWorkers } = this.#options;
    const prefix = resource.storageKeyPrefix ?? '';
    let store = this.#stores.get(prefix);
    if (store === undefined) {
      store = new GenericStore({
        resource: storageView(resource),
        storage: storages.forResource(resource),
        strategy: warnUnattended(module.strategy(dependencies), actors),
        admission,
        random,
        ...(deleteCollectionWorkers === undefined ? {} : { deleteCollectionWorkers }),
      });
      this.#stores.set(prefix, store);
    }
    return store;
  }

  #subresources(
    parent: Rest,
    parts: { module: KindModule; store: GenericStore; conversion: Conversion | undefined },
  ): Rest[] {
    const { dependencies, tokenRequests, kubelet, trackServerWrite, log } = this.#options;
    const { module, store, conversion } = parts;
    const { resource, table } = parent;
    return resource.subresources.flatMap((subresource) => {
      const rest = buildSubresource({
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
        ? convertedRest({ rest, resource, subresource, conversion, table })
        : rest;
    });
  }
}

function selectorsOf({
  group,
  version,
  kind,
}: ResourceInfo): Pick<Rest, 'selectableFields' | 'unsupportedField'> {
  const served = `${group}/${kind}`;
  const fields = selectableFields[served];
  const unsupportedField = unsupportedFields[served]?.(version);
  return {
    ...(fields === undefined ? {} : { selectableFields: fields }),
    ...(unsupportedField === undefined ? {} : { unsupportedField }),
  };
}

/** A kind's table is written for its stored version; rows of another version are converted first. */
function tableOf(
  { group, kind, storedAs }: ResourceInfo,
  module: KindModule,
  conversion: Conversion | undefined,
): TableConvertor {
  const table = tables[`${group}/${kind}`] ?? module.table ?? defaultTable;
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

/** A kind of which nothing particular is known: the rules that all kinds share. */
function plainModule({ storedAs, namespaced }: ResourceInfo): KindModule {
  const strategy = kindStrategy({ group: storedAs.group, kind: storedAs.kind, namespaced });
  return { strategy: () => strategy };
}
