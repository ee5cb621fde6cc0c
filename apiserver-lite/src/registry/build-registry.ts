import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { resources, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { admissionChain, type AdmissionPlugin } from '../admission/admission.ts';
import {
  type DefaultTolerations,
  defaultTolerationSeconds,
} from '../admission/plugins/default-toleration-seconds.ts';
import { namespaceLifecycle } from '../admission/plugins/namespace-lifecycle.ts';
import { admissionPluginNames } from '../admission/plugin-names.ts';
import { taintNodesByCondition } from '../admission/plugins/taint-nodes-by-condition.ts';
import type { ResourceStorage } from '../storage/storage.ts';
import { repairAllocations } from './core/service/allocation/repair-allocations.ts';
import { conversionOf } from './conversion/conversions.ts';
import { namespaceDelete } from './core/namespace/namespace-rest.ts';
import { ClusterIpAllocator } from './core/service/allocation/cluster-ip-allocator.ts';
import { NodePortAllocator, parsePortRange } from './core/service/allocation/node-port-allocator.ts';
import { ServiceRanges } from './core/service/allocation/service-ranges.ts';
import { convertedRest, type Conversion } from './generic/converted-rest.ts';
import { warnIfDeprecated } from './generic/deprecated-rest.ts';
import { GenericStore } from './generic/generic-store.ts';
import { kindStrategy } from './generic/kind-strategy.ts';
import { storeRest } from './generic/store-rest.ts';
import type { KindDependencies, KindModule } from './kind-module.ts';
import { kindModules } from './kind-modules.ts';
import { defaultTable } from './table/default-table.ts';
import { tables } from './printers/tables.ts';
import type { Registry, Rest, TableConvertor } from './rest.ts';
import { escalationCheck } from './rbac/escalation-check.ts';
import { isServed, type RuntimeConfig } from './runtime-config.ts';
import type { TrackServerWrite } from './server-writes.ts';
import { selectableFields, unsupportedFields } from './selectable-fields.ts';
import type { KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import { buildSubresource, type TokenSettings } from './subresources.ts';
import { warnUnattended } from './unattended.ts';
import { buildVirtual } from './virtual-resources.ts';
import type { ReviewAuthorizer, TokenAuthenticator } from './authorization/authorizer.ts';
import type { ComponentProbe } from './core/component-status/component-status-rest.ts';

/** Makes the storage of one resource; called once per storage prefix, with the resource in its storage version. */
export type StorageFactory = (resource: ResourceInfo) => ResourceStorage;

export interface RegistryOptions {
  storageFactory: StorageFactory;
  log: Logger;
  /** Milliseconds since the epoch. Default: Date.now. */
  clock?: () => number;
  /** As Math.random, the default. */
  random?: () => number;
  authorizer: ReviewAuthorizer;
  tokens: TokenAuthenticator;
  /** How `serviceaccounts/token` issues tokens; it is not served without. */
  tokenRequests?: TokenSettings;
  /** How kubelets are called. */
  kubelet?: KubeletClientOptions;
  componentProbes?: Readonly<Record<string, ComponentProbe>>;
  /** Admission beyond NamespaceLifecycle, which always comes first. */
  admissionPlugins?: readonly AdmissionPlugin[];
  /** Records the owners of what the server writes for itself; without it nobody owns it. */
  trackServerWrite?: TrackServerWrite;
  /** `--disable-admission-plugins`. */
  disabledAdmissionPlugins?: readonly string[];
  /**
   * The parts of the control plane that run beside this server, by name (controllers by kube-controller-manager's): who
   * creates what none of them, and no admission plugin, acts on is warned. Absent: not known, and nobody is warned.
   */
  actors?: readonly string[];
  options?: {
    /** `--event-ttl`; default one hour. */
    eventTtlSeconds?: number;
    /** `--service-cluster-ip-range`: one range, or one of each IP family; default 10.96.0.0/12. */
    serviceClusterIpRange?: string;
    /** `--service-node-port-range`; default 30000-32767. */
    serviceNodePortRange?: string;
    runtimeConfig?: RuntimeConfig;
    /** `--delete-collection-workers`. */
    deleteCollectionWorkers?: number;
    /** `--default-not-ready-toleration-seconds`, `--default-unreachable-toleration-seconds`. */
    defaultTolerations?: DefaultTolerations;
  };
}

/** The registry, and what the server needs of it besides serving. */
export interface BuiltRegistry extends Registry {
  /** The stored objects of a resource; throws for a resource that has none. */
  storageOf(group: string, resource: string): ResourceStorage;
  /** The store under a resource, with all its rules, for bootstrap objects. */
  storeOf(group: string, resource: string): GenericStore;
  /** Every storage, once each. */
  storages(): readonly ResourceStorage[];
  /** Records who owns what the server writes for itself. */
  readonly trackServerWrite: TrackServerWrite;
  /** Takes what Services use, and frees the addresses that none uses; to be run at the start. */
  repairAllocations(): Promise<void>;
}

/** Where node ports are kept; not a served resource (`/registry/ranges/servicenodeports`). */
const portRanges: ResourceInfo = {
  group: '',
  version: 'v1',
  name: 'rangeallocations',
  singularName: 'rangeallocation',
  kind: 'RangeAllocation',
  namespaced: false,
  shortNames: [],
  categories: [],
  verbs: [],
  storageKeyPrefix: 'ranges',
  storedAs: { group: '', version: 'v1', kind: 'RangeAllocation' },
  servedByDefault: false,
  subresources: [],
};

/** Builds every served resource; nothing is read or written yet (Kubernetes: `controlplane/instance.go`). */
export async function createRegistry(options: RegistryOptions): Promise<BuiltRegistry> {
  const { storageFactory, log, clock = Date.now, random = Math.random } = options;
  const { trackServerWrite = () => {} } = options;
  const settings = options.options ?? {};
  const storages = new Map<string, ResourceStorage>();
  const everything = resources();

  const storageFor = (resource: ResourceInfo): ResourceStorage => {
    const prefix = resource.storageKeyPrefix;
    if (prefix === undefined) throw new Error(`${resource.name} is not stored`);
    let storage = storages.get(prefix);
    if (storage === undefined) {
      storage = storageFactory(storageView(resource, everything));
      storages.set(prefix, storage);
    }
    return storage;
  };
  const storageOf = (group: string, name: string): ResourceStorage => {
    const resource = everything.find((info) => info.group === group && info.name === name);
    if (resource === undefined) throw new Error(`there is no resource ${name} in group "${group}"`);
    return storageFor(resource);
  };

  const disabledPlugins = new Set(options.disabledAdmissionPlugins);
  const enabledPlugins = admissionPluginNames.filter((name) => !disabledPlugins.has(name));
  const actors = options.actors === undefined ? undefined : new Set([...options.actors, ...enabledPlugins]);
  const plugins: Record<(typeof admissionPluginNames)[number], AdmissionPlugin> = {
    NamespaceLifecycle: namespaceLifecycle(storageOf('', 'namespaces')),
    TaintNodesByCondition: taintNodesByCondition(),
    DefaultTolerationSeconds: defaultTolerationSeconds(settings.defaultTolerations),
  };
  const admission = admissionChain([
    ...enabledPlugins.map((name) => plugins[name]),
    escalationCheck({ authorizer: options.authorizer, storageOf }),
    ...(options.admissionPlugins ?? []),
  ]);
  const dependencies: KindDependencies = {
    clock,
    eventTtlSeconds: settings.eventTtlSeconds ?? 3600,
    clusterIps: new ClusterIpAllocator({
      storage: storageOf('networking.k8s.io', 'ipaddresses'),
      ranges: new ServiceRanges(
        settings.serviceClusterIpRange ?? '10.96.0.0/12',
        storageOf('networking.k8s.io', 'servicecidrs'),
      ),
      clock,
      random,
    }),
    nodePorts: new NodePortAllocator({
      storage: storageFor(portRanges),
      range: parsePortRange(settings.serviceNodePortRange ?? '30000-32767'),
      random,
    }),
    storageOf,
  };
  const modules = kindModules();
  const stores = new Map<string, GenericStore>();
  const rests = new Map<string, Rest>();

  const add = (rest: Rest) => {
    const { group, version, name } = rest.resource;
    rests.set(placeOf(group, version, name, rest.subresource?.name ?? ''), warnIfDeprecated(rest));
  };

  const addStored = (resource: ResourceInfo) => {
    const id = `${resource.storedAs.group}/${resource.storedAs.kind}`;
    const module = modules.get(id) ?? plainModule(resource);
    const prefix = resource.storageKeyPrefix ?? '';
    let store = stores.get(prefix);
    if (store === undefined) {
      const strategy = warnUnattended(module.strategy(dependencies), actors);
      store = new GenericStore({
        resource: storageView(resource, everything),
        storage: storageFor(resource),
        strategy,
        admission,
        random,
        ...(settings.deleteCollectionWorkers === undefined
          ? {}
          : { deleteCollectionWorkers: settings.deleteCollectionWorkers }),
      });
      stores.set(prefix, store);
    }
    const conversion = conversionOf(resource);
    const served = `${resource.group}/${resource.kind}`;
    const table = tableFor(
      tables[served] ?? module.table ?? defaultTable,
      served === id ? conversion : undefined,
    );
    const fields = selectableFields[served];
    const unsupportedField = unsupportedFields[served]?.(resource.version);
    const selectors = {
      ...(fields === undefined ? {} : { selectableFields: fields }),
      ...(unsupportedField === undefined ? {} : { unsupportedField }),
    };
    const plain = storeRest({
      resource,
      store,
      table,
      clock,
      selectors,
    });
    if (id === '/Namespace' && plain.delete !== undefined) plain.delete = namespaceDelete(store, clock);
    add(
      conversion === undefined
        ? plain
        : convertedRest({
            rest: plain,
            resource,
            conversion,
            table,
            selectors,
          }),
    );
    for (const subresource of resource.subresources) {
      const rest = buildSubresource({
        parent: plain,
        subresource,
        store,
        status: module.status,
        clock,
        tokenRequests: options.tokenRequests,
        kubelet: options.kubelet ?? {},
        storageOf,
        trackServerWrite,
      });
      if (rest === undefined) {
        log.debug(
          { resource: resource.name, subresource: subresource.name },
          'subresource is not served yet',
        );
      } else if (conversion !== undefined && subresource.kind === resource.kind) {
        add(convertedRest({ rest, resource, subresource, conversion, table }));
      } else add(rest);
    }
  };

  for (const resource of everything) {
    if (!isServed(resource, settings.runtimeConfig ?? {})) continue;
    if (resource.storageKeyPrefix !== undefined) {
      addStored(resource);
      continue;
    }
    const rest = buildVirtual(resource, {
      authorizer: options.authorizer,
      tokens: options.tokens,
      componentProbes: options.componentProbes ?? {},
      clock,
      storageOf,
    });
    if (rest === undefined) log.debug({ resource: resource.name }, 'resource is not served yet');
    else add(rest);
  }

  const all = [...rests.values()];
  return {
    lookup: (group, version, resource, subresource) =>
      rests.get(placeOf(group, version, resource, subresource)),
    all: () => all,
    storageOf,
    storeOf(group, resource) {
      const info = everything.find((candidate) => candidate.group === group && candidate.name === resource);
      const store = stores.get(info?.storageKeyPrefix ?? '');
      if (store === undefined) throw new Error(`${resource} is not served`);
      return store;
    },
    storages: () => [...storages.values()],
    trackServerWrite,
    repairAllocations: () =>
      repairAllocations({
        services: storageOf('', 'services'),
        ipAddresses: storageOf('networking.k8s.io', 'ipaddresses'),
        clusterIps: dependencies.clusterIps,
        nodePorts: dependencies.nodePorts,
        nowMs: clock(),
      }),
  };
}

function placeOf(group: string, version: string, resource: string, subresource: string): string {
  return `${group}/${version}/${resource}/${subresource}`;
}

/** A kind's table is written for its stored version; rows of another version are converted first. */
function tableFor(table: TableConvertor, conversion: Conversion | undefined): TableConvertor {
  if (conversion === undefined) return table;
  const { conditions, compare } = table;
  const stored = (object: KubeObject) => conversion.toStored(object);
  return {
    ...table,
    cells: (object, nowMs) => table.cells(stored(object), nowMs),
    ...(conditions === undefined ? {} : { conditions: (object) => conditions(stored(object)) }),
    ...(compare === undefined ? {} : { compare: (left, right) => compare(stored(left), stored(right)) }),
  };
}

/** The resource in the version that it is stored in; where that version is not in the table, with its name. */
function storageView(resource: ResourceInfo, everything: readonly ResourceInfo[]): ResourceInfo {
  const { group, version, kind } = resource.storedAs;
  const same = everything.find(
    (info) => info.group === group && info.version === version && info.kind === kind,
  );
  return same ?? { ...resource, group, version, kind };
}

/** A kind of which nothing particular is known: the rules that all kinds share. */
function plainModule({ storedAs, namespaced }: ResourceInfo): KindModule {
  const strategy = kindStrategy({ group: storedAs.group, kind: storedAs.kind, namespaced });
  return { strategy: () => strategy };
}
