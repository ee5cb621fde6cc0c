import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/resource-info';
import { forbidden } from '../../api-errors/status-error.ts';
import { GenericStore } from '../../registry/generic/generic-store.ts';
import type { ReplicasPath } from '../../registry/generic/scale-owners.ts';
import { scaleRest } from '../../registry/generic/scale-rest.ts';
import { customScaleTable } from '../../registry/generic/scale-table.ts';
import { partRest, storeRest } from '../../registry/generic/store-rest.ts';
import type { RuleMetrics } from '../../metrics/definition-metrics.ts';
import { withBuiltInTypes } from '../../registry/resource-types/built-in/built-in-types.ts';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import type { ResourceTypes } from '../../registry/resource-types/resource-types.ts';
import type { Rest, ServedRest } from '../../registry/rest.ts';
import type { CachedStorage } from '../../storage/cached-storage.ts';
import type { ValueCodec } from '../../storage/value-codec.ts';
import { isTrue, type Definition, type DefinitionVersion } from '../definition.ts';
import { customScale, ownedPath } from './custom-scale.ts';
import { customStatusStrategy, customStrategy, type CustomKind } from './custom-strategy.ts';
import { CustomStorage } from './custom-storage.ts';
import { customTable } from './custom-table.ts';
import { customTypes } from './custom-types.ts';
import { deprecationOf } from './deprecation.ts';
import type { ConverterOf, ObjectConverter } from './object-converter.ts';
import { selectableFieldsOf } from './selectable-fields.ts';
import { storedCodec } from './stored-codec.ts';
import { VersionSchemas } from './version-schemas.ts';

/** What definitions are served with. */
export interface ServingOptions {
  /** Makes a storage whose objects are in the version of the codec. */
  openStorage(resource: ResourceInfo, codec: ValueCodec): CachedStorage;
  retireStorage(storage: CachedStorage): void;
  converterOf: ConverterOf;
  /** Default: nothing is counted. */
  metrics?: RuleMetrics;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** As Math.random. */
  random: () => number;
  deleteCollectionWorkers: number | undefined;
}

/** In the order in which discovery has them. */
const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const terminatingVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const partVerbs = ['get', 'patch', 'update'];

/**
 * A definition as it is served: the endpoints of all its versions, until it changes (apiextensions-apiserver:
 * `crdInfo`).
 */
export class ServedDefinition {
  readonly #options: ServingOptions;
  readonly #definition: Definition;
  readonly #schemas: VersionSchemas;
  readonly #converter: ObjectConverter;
  readonly #storages: CustomStorage[] = [];
  readonly #stores = new Map<string, GenericStore>();
  readonly #storageVersion: string;
  readonly #built: readonly ServedRest[];

  constructor(definition: Definition, options: ServingOptions) {
    this.#options = options;
    this.#definition = definition;
    this.#schemas = new VersionSchemas(definition, options.metrics);
    this.#converter = options.converterOf(definition);
    this.#storageVersion = definition.spec.versions.find(({ storage }) => storage)?.name ?? '';
    this.#built = definition.spec.versions
      .filter(({ served }) => served)
      .flatMap((version) => this.#endpoints(version));
  }

  /**
   * The endpoints, as the definition's conditions have it: what is not established is not published, and
   * while it goes away nothing is created.
   */
  rests(definition: Definition): ServedRest[] {
    const isPublished = isTrue(definition, 'Established');
    const isTerminating = isTrue(definition, 'Terminating');
    return this.#built.map((rest) => ({
      ...rest,
      ...(isPublished ? {} : { isUnpublished: true as const }),
      ...(isTerminating ? withoutCreation(rest) : {}),
    }));
  }

  /** The store of the storage version, for those who delete all objects. */
  get store(): GenericStore {
    const version = this.#definition.spec.versions.find(({ name }) => name === this.#storageVersion);
    if (version === undefined) throw new Error('the definition has no storage version');
    return this.#storeOf(version);
  }

  /** Ends its watches; requests that are under way can finish. */
  retire(): void {
    for (const storage of this.#storages) storage.retire();
  }

  #kindOf({ name: version, subresources }: DefinitionVersion): CustomKind {
    const { spec, status } = this.#definition;
    return {
      group: spec.group,
      version,
      kind: status?.acceptedNames?.kind ?? '',
      namespaced: spec.scope === 'Namespaced',
      hasStatus: subresources?.status !== undefined,
      scale: subresources?.scale,
      schema: () => this.#schemas.of(version),
    };
  }

  #resourceOf({ name: version, subresources }: DefinitionVersion): ResourceInfo {
    const { spec, status } = this.#definition;
    const { group } = spec;
    const { plural = '', singular = '', kind = '', shortNames, categories } = status?.acceptedNames ?? {};
    const parts: SubresourceInfo[] = [];
    if (subresources?.status !== undefined) {
      parts.push({ name: 'status', group, version, kind, verbs: partVerbs });
    }
    if (subresources?.scale !== undefined) {
      parts.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: partVerbs });
    }
    return {
      group,
      version,
      kind,
      name: plural,
      singularName: singular,
      namespaced: spec.scope === 'Namespaced',
      shortNames: shortNames ?? [],
      categories: categories ?? [],
      verbs,
      storageKeyPrefix: `${group}/${plural}`,
      storedAs: { group, version: this.#storageVersion, kind },
      servedByDefault: true,
      subresources: parts,
    };
  }

  #storeOf(version: DefinitionVersion): GenericStore {
    let store = this.#stores.get(version.name);
    if (store === undefined) {
      const { openStorage, retireStorage, random, deleteCollectionWorkers } = this.#options;
      const { group } = this.#definition.spec;
      const resource = this.#resourceOf(version);
      const codec = storedCodec({
        apiVersion: `${group}/${version.name}`,
        storageApiVersion: `${group}/${this.#storageVersion}`,
        schemas: this.#schemas,
        converter: this.#converter,
      });
      const inVersion = { ...resource, storedAs: { group, version: version.name, kind: resource.kind } };
      const storage = new CustomStorage({
        open: () => openStorage(inVersion, codec),
        retire: (opened) => retireStorage(opened),
      });
      this.#storages.push(storage);
      store = new GenericStore({
        resource,
        storage,
        strategy: customStrategy(this.#kindOf(version)),
        applyDefaults: (object: KubeObject) => this.#schemas.applyDefaults(object),
        random,
        ...(deleteCollectionWorkers === undefined ? {} : { deleteCollectionWorkers }),
      });
      this.#stores.set(version.name, store);
    }
    return store;
  }

  #endpoints(version: DefinitionVersion): ServedRest[] {
    const { clock } = this.#options;
    const store = this.#storeOf(version);
    const { resource } = store;
    const types = customTypes({
      definition: this.#definition,
      version: version.name,
      schemas: this.#schemas,
      converter: this.#converter,
    });
    const deprecation = deprecationOf(this.#definition, version);
    const shared = {
      isCustom: true as const,
      ...(deprecation === undefined ? {} : { deprecation }),
    };
    const served = (rest: Rest, own = types): ServedRest => ({ ...rest, ...shared, types: own, life: {} });
    const table = customTable(version);
    const parent = storeRest({
      resource,
      store,
      table,
      clock,
      facets: {
        selectableFields: selectableFieldsOf(version),
        unsupportedField: (label) => `field label not supported: ${label}`,
      },
    });
    const rests = [served(parent)];
    for (const subresource of resource.subresources) {
      if (subresource.name === 'status') {
        const strategy = customStatusStrategy(store.strategy, this.#kindOf(version));
        const part = partRest(parent, subresource, store.withStrategy(strategy), clock);
        rests.push(served({ ...part, table }));
      } else {
        const fields = customScale(version.subresources?.scale ?? {}, this.#replicasPath());
        const part = scaleRest({ parent, subresource, store, clock, fields });
        const { types: scaleTypes } = withBuiltInTypes(part);
        const codec = { ...scaleTypes.codec, protobuf: false };
        rests.push(served({ ...part, table: customScaleTable }, jsonOnly(scaleTypes, codec)));
      }
    }
    return rests;
  }

  #replicasPath(): ReplicasPath {
    const { group, versions } = this.#definition.spec;
    const paths = new Map(
      versions.map(({ name, subresources }) => [
        `${group}/${name}`,
        subresources?.scale === undefined ? 'none' : ownedPath(subresources.scale.specReplicasPath),
      ]),
    );
    return (apiVersion) => paths.get(apiVersion) as ReturnType<ReplicasPath>;
  }
}

/** The types of a Scale, of which there is no protobuf here. */
function jsonOnly(
  { patchSchema, versions, applyDefaults, convert }: ResourceTypes,
  codec: ObjectCodec,
): ResourceTypes {
  return { codec, patchSchema, versions, applyDefaults, convert };
}

/** As long as a definition is being deleted. */
function withoutCreation(rest: ServedRest): Partial<ServedRest> {
  const { resource, subresource, update } = rest;
  if (subresource !== undefined) return {};
  const target = { group: resource.group, resource: resource.name };
  const refused = ({ metadata }: KubeObject) =>
    forbidden(
      target,
      metadata.name ?? '',
      'create not allowed while custom resource definition is terminating',
    );
  return {
    publishedVerbs: terminatingVerbs,
    async create(_context, object) {
      throw refused(object);
    },
    ...(update === undefined
      ? {}
      : {
          update: (context, name, transform, options) =>
            update(
              context,
              name,
              async (current) => {
                const object = await transform(current);
                if (current === undefined) throw refused(object);
                return object;
              },
              options,
            ),
        }),
  };
}
