import type { Logger } from 'pino';
import { apiVersionOf, resources as builtInResources, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { ResourceStorage } from '../storage/storage.ts';
import type { KubeletClientOptions } from './core/pod/kubelet/kubelet-client.ts';
import { repairAllocations } from './core/service/allocation/repair-allocations.ts';
import type { GenericStore } from './generic/generic-store.ts';
import { builtInResource, type RegistryStorages } from './registry-storages.ts';
import { ResourceTable } from './resource-table.ts';
import { withBuiltInTypes } from './resource-types/built-in/built-in-types.ts';
import type { ServedRest } from './rest.ts';
import { isServed, type RuntimeConfig } from './runtime-config.ts';
import type { TrackServerWrite } from './server-writes.ts';
import { serviceAllocators, type ServiceAllocators } from './service-allocators.ts';
import type { AllocatorMetrics } from '../metrics/allocator-metrics.ts';
import { StoredRests } from './stored-rests.ts';
import type { TokenSettings } from './subresource-builder.ts';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';
import type { TokenReviewer } from '../authentication/token-reviewer.ts';
import type { ComponentProbe } from './core/component-status/component-status-rest.ts';
import type { VirtualDependencies } from './build-virtual.ts';
import type { KindModule } from './kind-module.ts';
import { kindModuleOf } from './kind-modules.ts';

/** What the registry is built from. */
export interface RegistryOptions {
  storages: RegistryStorages;
  /** The table that the built-in resources are added to. Default: a new one. */
  resources?: ResourceTable;
  log: Logger;
  /** Milliseconds since the epoch. Default: Date.now. */
  clock?: () => number;
  /** As Math.random, the default. */
  random?: () => number;
  authorizer: ReviewAuthorizer;
  tokens: TokenReviewer;
  /** How `serviceaccounts/token` issues tokens; it is not served without. */
  tokenRequests?: TokenSettings;
  /** How kubelets are called. */
  kubelet?: KubeletClientOptions;
  componentProbes?: Readonly<Record<string, ComponentProbe>>;
  /** What allocators of addresses and ports count. Default: nothing. */
  allocatorMetrics?: AllocatorMetrics;
  /** Records the owners of what the server writes for itself; without it nobody owns it. */
  trackServerWrite?: TrackServerWrite;
  /**
   * The parts of the control plane that run, by name: controllers by kube-controller-manager's, admission
   * plugins by kube-apiserver's. Who creates what none of them acts on is warned. Absent: not known, and
   * nobody is warned.
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
  };
}

/** The registry, and what the server needs of it besides serving. */
export interface BuiltRegistry {
  /** What is served. */
  readonly resources: ResourceTable;
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
  /** Who gives addresses and ports to Services. */
  readonly allocators: ServiceAllocators;
}

/**
 * Builds every served resource and puts it into the table; nothing is read or written yet (Kubernetes:
 * `controlplane/instance.go`).
 */
export function createRegistry(options: RegistryOptions): BuiltRegistry {
  const { storages, clock = Date.now, random = Math.random, options: settings = {} } = options;
  const { trackServerWrite = () => {}, resources = new ResourceTable() } = options;
  const storageOf = (group: string, resource: string) => storages.of(group, resource);
  const allocators = serviceAllocators({
    storages,
    clusterIpRange: settings.serviceClusterIpRange,
    nodePortRange: settings.serviceNodePortRange,
    clock,
    random,
    metrics: options.allocatorMetrics,
  });
  const stored = new StoredRests({
    storages,
    authorizer: options.authorizer,
    dependencies: {
      clock,
      eventTtlSeconds: settings.eventTtlSeconds ?? 3600,
      ...allocators,
      storageOf,
      resources,
      authorizer: options.authorizer,
    },
    actors: options.actors === undefined ? undefined : new Set(options.actors),
    tokenRequests: options.tokenRequests,
    kubelet: options.kubelet ?? {},
    trackServerWrite,
    deleteCollectionWorkers: settings.deleteCollectionWorkers,
    random,
    log: options.log,
  });
  const virtual: VirtualDependencies = {
    authorizer: options.authorizer,
    tokens: options.tokens,
    componentProbes: options.componentProbes ?? {},
    clock,
    storageOf,
  };
  resources.add(builtInRests(options, stored, virtual));
  return {
    resources,
    storageOf,
    storeOf(group, resource) {
      const store = stored.storeOf(builtInResource(group, resource).storageKeyPrefix ?? '');
      if (store === undefined) throw new Error(`${resource} is not served`);
      return store;
    },
    storages: () => storages.all(),
    trackServerWrite,
    allocators,
    repairAllocations: () =>
      repairAllocations({
        services: storageOf('', 'services'),
        ipAddresses: storageOf('networking.k8s.io', 'ipaddresses'),
        ...allocators,
        nowMs: clock(),
      }),
  };
}

/** The endpoints of all built-in resources that are to be served and can be, in the order of the table. */
function builtInRests(
  { options: settings = {}, log }: RegistryOptions,
  stored: StoredRests,
  virtual: VirtualDependencies,
): ServedRest[] {
  return builtInResources().flatMap((resource) => {
    if (!isServed(resource, settings.runtimeConfig ?? {})) return [];
    const module = kindModuleOf(resource);
    const rests =
      module === undefined || resource.storageKeyPrefix === undefined
        ? [module?.serve?.(resource, virtual)].filter((rest) => rest !== undefined)
        : stored.build(resource, module);
    if (rests.length === 0) log.debug({ resource: resource.name }, 'resource is not served yet');
    const deprecation = deprecationWarning(resource, module);
    return rests.map((rest) => withBuiltInTypes(deprecation === undefined ? rest : { ...rest, deprecation }));
  });
}

function deprecationWarning(resource: ResourceInfo, module: KindModule | undefined): string | undefined {
  const deprecation = module?.deprecated?.[resource.version];
  if (deprecation === undefined) return undefined;
  const { since, replacement } = deprecation;
  const instead = replacement === undefined ? '' : `; use ${replacement}`;
  return `${apiVersionOf(resource)} ${resource.kind} is deprecated in ${since}+${instead}`;
}
