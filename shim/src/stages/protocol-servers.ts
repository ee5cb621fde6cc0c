import type { Logger } from 'pino';
import { controlAccess } from '../gateway/access-control.ts';
import { createHttp1Server, type Http1Server } from '../gateway/http1-server.ts';
import { createHttpEndpoints } from '../gateway/http-endpoints.ts';
import { createJsonGateway } from '../gateway/json/json-gateway.ts';
import { Loopback } from '../gateway/json/loopback.ts';
import { processBudget, type ProcessBudget } from '../process-budget.ts';
import { HeldMemory } from '../rpc/connection/held-memory.ts';
import { methodDescriptions } from '../rpc/methods/methods.ts';
import { createServerMetrics } from '../rpc/monitoring/server-metrics.ts';
import { createGrpcServer, type GrpcServer, tooMuchHeld } from '../rpc/server/grpc-server.ts';
import { grpcOverheadBytes } from '../rpc/services.ts';
import type { ShimOptions } from '../shim-options.ts';
import type { OpenedServices } from './open-services.ts';

/**
 * The stage after the services: servers of the protocols, for connections that somebody else accepts. No port
 * is open.
 */
export interface ProtocolServers {
  readonly grpc: GrpcServer;
  /** HTTP/1 for clients. */
  readonly http: Http1Server;
  /** HTTP/1 for those who only collect metrics. */
  readonly metricsHttp: Http1Server;
  /** No new HTTP requests; streams are ended, and unary calls may finish for so long. */
  close(graceMs: number): Promise<void>;
}

const heldByBudget = new WeakMap<ProcessBudget, HeldMemory>();

/** Builds the servers of gRPC, HTTP and the JSON gateway. */
export function createProtocolServers(
  options: ShimOptions,
  stage: OpenedServices,
  log: Logger,
): ProtocolServers {
  const { services, auth, opened, counts, logRequest, version, maxRequestBytes, quotaBytes } = stage;
  const held = heldMemory(options);
  const grpc = createGrpcServer({
    services,
    counts,
    logRequest,
    log,
    maxRequestBytes,
    held,
    maxConcurrentStreams: options.maxConcurrentStreams ?? 0xffffffff,
    keepaliveMinTimeMs: options.grpcKeepaliveMinTimeMs ?? 5000,
    keepaliveIntervalMs: options.grpcKeepaliveIntervalMs ?? 7_200_000,
    keepaliveTimeoutMs: options.grpcKeepaliveTimeoutMs ?? 20_000,
  });
  const metrics = createServerMetrics({
    store: opened.store,
    authorizer: services.authorizer,
    watch: services.watch,
    counts,
    version,
    quotaBytes: Math.max(quotaBytes, 0),
    isExtensive: options.metrics === 'extensive',
  });
  const loopback = new Loopback(grpc.injectLoopback);
  const gateway =
    options.enableGrpcGateway === false
      ? undefined
      : createJsonGateway({
          methods: methodDescriptions,
          loopback,
          isAuthEnabled: () => auth.state.enabled,
          maxMessageLength: 2 * (maxRequestBytes + grpcOverheadBytes),
        });
  const endpoints = createHttpEndpoints({
    services,
    version,
    metrics: metrics.read,
    onHealth: metrics.countHealth,
    onCheck: metrics.countCheck,
    gateway,
  });
  const access = { cors: options.cors ?? [], hostWhitelist: options.hostWhitelist ?? [] };
  const onTooMuchHeld = (): void => log.warn({ heldBytes: held.limitBytes }, tooMuchHeld);
  const shared = { held, onTooMuchHeld, ...options.httpTimeouts };
  const http = createHttp1Server({ onRequest: controlAccess(access, endpoints.forClients), ...shared });
  const metricsHttp = createHttp1Server({ onRequest: endpoints.forScrapers, ...shared });
  return {
    grpc,
    http,
    metricsHttp,
    close: async (graceMs) => {
      http.close();
      metricsHttp.close();
      loopback.close();
      services.watch.stop();
      await grpc.close(graceMs);
    },
  };
}

/** A limit of this shim's own, or the one that it shares with the others of its budget. */
function heldMemory({ heldMemoryBytes, budget = processBudget }: ShimOptions): HeldMemory {
  if (heldMemoryBytes !== undefined) return new HeldMemory(heldMemoryBytes);
  let held = heldByBudget.get(budget);
  if (held === undefined) heldByBudget.set(budget, (held = new HeldMemory(budget.limits.heldMemoryBytes)));
  return held;
}
