import { aggregatedHandler } from '../aggregator/aggregated-handler.ts';
import { ApiServiceTable } from '../aggregator/api-service-table.ts';
import { AvailabilityController } from '../aggregator/availability-controller.ts';
import { ExtensionServers } from '../aggregator/extension-server.ts';
import { AggregatorProxy } from '../aggregator/proxy.ts';
import type { ApiserverOptions } from '../apiserver-options.ts';
import type { Filter } from '../http/request-context.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { RemoteDiscovery } from '../aggregator/remote-discovery.ts';
import { RemoteOpenApi } from '../aggregator/remote-openapi.ts';
import { OutgoingClient } from '../outgoing/outgoing-client.ts';
import { ServiceResolver } from '../outgoing/service-resolver.ts';
import { systemClock } from '../storage/clock.ts';
import { given } from './given.ts';
import type { ServingAddress } from './serving-address.ts';
import type { StorageStage } from './storage-stage.ts';

/** What calls of this server to others are made with. */
export interface AggregationStageParts {
  storage: StorageStage;
  metrics: ServerMetrics;
  address: ServingAddress;
  /** Aborted when the server closes. */
  closing: AbortSignal;
}

/** The servers behind APIServices, and how the API server calls others. */
export interface AggregationStage {
  /** Calls webhooks and extension servers; Services are resolved to their endpoints. */
  readonly client: OutgoingClient;
  readonly table: ApiServiceTable;
  readonly availability: AvailabilityController;
  /** What is discovered of them. */
  readonly discovery: RemoteDiscovery;
  readonly openApi: RemoteOpenApi;
  /** Hands requests that are another server's on to it. */
  readonly handOn: Filter;
  /** Follows the APIServices. Resolves when all that exist are known. */
  follow(): Promise<void>;
}

/** Nothing is followed or called before `follow`. */
export function aggregationStage(
  { aggregator = {} }: ApiserverOptions,
  { storage, metrics, address, closing }: AggregationStageParts,
): AggregationStage {
  const resolver = new ServiceResolver({
    informers: storage.informers,
    ownAddress: () => ({ host: address.advertised, port: address.port }),
    random: Math.random,
    ...given({ routesToEndpoints: aggregator.routesToEndpoints }),
  });
  const resolve: ServiceResolver['resolve'] = (service) => resolver.resolve(service);
  const client = new OutgoingClient({ resolve });
  closing.addEventListener('abort', () => client.close(), { once: true });
  const servers = new ExtensionServers(client, aggregator);
  const table = new ApiServiceTable();
  const availability = new AvailabilityController({
    table,
    servers,
    resolve,
    follow: () => resolver.follow(),
    clock: systemClock,
    signal: closing,
  });
  const discovery = new RemoteDiscovery({ table, servers, clock: systemClock, signal: closing });
  const proxy = new AggregatorProxy({
    servers,
    resolve,
    unavailable: (context) => metrics.requests.terminated(context, 503, 'aggregator'),
    ...given({ rejectsRedirects: aggregator.rejectsRedirects }),
  });
  const openApi = new RemoteOpenApi({ table, servers, proxy, clock: systemClock, signal: closing });
  return {
    client,
    table,
    availability,
    discovery,
    openApi,
    handOn: aggregatedHandler(table, proxy),
    follow: () => table.follow(storage.informers),
  };
}
