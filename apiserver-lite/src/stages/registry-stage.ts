import type { ApiserverOptions } from '../apiserver-options.ts';
import { selectedPlugins } from '../admission/plugin-table.ts';
import type { ServiceAccounts } from '../authentication/service-account/service-accounts.ts';
import { trackServerWrites } from '../endpoints/managed-fields/track-server-write.ts';
import { createRegistry, type BuiltRegistry } from '../registry/build-registry.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { ResourceTable } from '../registry/resource-table.ts';
import type { TokenSettings } from '../registry/subresource-builder.ts';
import type { ComponentProbe } from '../registry/core/component-status/component-status-rest.ts';
import { healthzProbe } from '../registry/core/component-status/healthz-probe.ts';
import type { AuthenticationStage } from './authentication-stage.ts';
import type { AuthorizationStage } from './authorization-stage.ts';
import { given } from './given.ts';
import type { StorageStage } from './storage-stage.ts';

/** What the registry needs of the stages before it. */
export interface RegistryStageParts {
  /** Gets all built-in resources. */
  resources: ResourceTable;
  storage: StorageStage;
  authentication: AuthenticationStage;
  authorization: AuthorizationStage;
  metrics: ServerMetrics;
}

/** Builds every built-in resource; nothing is read or written yet. */
export function registryStage(
  options: ApiserverOptions,
  { resources, storage, authentication, authorization, metrics }: RegistryStageParts,
): BuiltRegistry {
  const registry = createRegistry({
    resources,
    storages: storage.storages,
    log: options.log,
    authorizer: authorization.reviewer,
    tokens: authentication.tokenReviewer,
    allocatorMetrics: metrics.allocators,
    trackServerWrite: trackServerWrites(resources, Date.now),
    componentProbes: componentProbes(options, storage),
    ...given({
      tokenRequests: tokenSettings(options, authentication.accounts),
      kubelet: options.kubelet,
      actors: options.actors && [
        ...options.actors,
        ...selectedPlugins(options.admissionPlugins ?? {}).map(({ name }) => name),
      ],
    }),
    options: given({
      eventTtlSeconds: options.eventTtlSeconds,
      serviceClusterIpRange: options.serviceClusterIpRange,
      serviceNodePortRange: options.serviceNodePortRange,
      deleteCollectionWorkers: options.deleteCollectionWorkers,
      runtimeConfig: options.runtimeConfig,
    }),
  });
  const { clusterIps, nodePorts } = registry.allocators;
  metrics.registry.onCollect(async () => {
    for (const { cidr, ...counts } of await clusterIps.usage())
      metrics.allocators.addressesUsed(cidr, counts);
    metrics.allocators.portsUsed(await nodePorts.usage());
  });
  return registry;
}

/** How `serviceaccounts/token` issues tokens; undefined without a key to sign them. */
function tokenSettings(
  { serviceAccounts }: ApiserverOptions,
  accounts: ServiceAccounts | undefined,
): TokenSettings | undefined {
  if (accounts?.issuer === undefined) return undefined;
  return {
    issuer: accounts.issuer,
    apiAudiences: accounts.apiAudiences,
    maxExpirationSeconds: serviceAccounts?.maxExpirationSeconds,
    extendExpiration: serviceAccounts?.extendExpiration ?? true,
  };
}

/** The health ports of kube-controller-manager and kube-scheduler on the same machine. */
const controllerManagerPort = 10_257;
const schedulerPort = 10_259;

function componentProbes(
  options: ApiserverOptions,
  { factory }: StorageStage,
): Readonly<Record<string, ComponentProbe>> {
  return {
    'controller-manager': healthzProbe(controllerManagerPort),
    scheduler: healthzProbe(schedulerPort),
    ...options.componentProbes,
    'etcd-0': async () => {
      await factory.healthz();
      return 'ok';
    },
  };
}
