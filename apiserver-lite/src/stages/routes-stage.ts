import type { ApiserverOptions } from '../apiserver-options.ts';
import { serveOpenId } from '../authentication/service-account/serve-openid.ts';
import { serveDiscovery } from '../discovery/serve-discovery.ts';
import { constantJson, PathRouter } from '../http/path-router.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { serveOpenApi } from '../openapi/serve-openapi.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import { HealthMetrics } from '../metrics/health-metrics.ts';
import { serveDebugFlags } from '../server/serve-debug-flags.ts';
import { serveFlagz } from '../server/serve-flagz.ts';
import { serveStatusz } from '../server/serve-statusz.ts';
import { ping, serveHealth, type HealthCheck } from '../server/health.ts';
import type { PostStartHooks } from '../server/post-start-hooks.ts';
import { versionInfo } from '../discovery/version-info.ts';
import { within } from '../server/within.ts';
import type { StorageFactory } from '../storage/storage-factory.ts';
import type { AggregationStage } from './aggregation-stage.ts';
import type { AuthenticationStage } from './authentication-stage.ts';
import type { ServingAddress } from './serving-address.ts';
import type { StorageStage } from './storage-stage.ts';

/** What the paths that are no resources answer from. */
export interface RoutesStageParts {
  resources: ServedResources;
  storage: StorageStage;
  authentication: AuthenticationStage;
  aggregation: AggregationStage;
  hooks: PostStartHooks;
  metrics: ServerMetrics;
  address: ServingAddress;
  /** Aborted when the server closes. */
  closing: AbortSignal;
}

/** Everything that is not a resource: discovery, OpenAPI, OpenID, version, metrics, health. */
export function routesStage(options: ApiserverOptions, parts: RoutesStageParts): PathRouter {
  const { resources, storage, authentication, hooks, metrics, address, closing } = parts;
  const router = new PathRouter();
  serveDiscovery(router, {
    resources,
    remote: parts.aggregation.discovery,
    registered: parts.aggregation.table,
    serverAddress: () => address.authority,
    metrics,
  });
  const { accounts } = authentication;
  const openId =
    accounts !== undefined &&
    serveOpenId(router, {
      issuer: accounts.issuerName,
      keys: accounts.keys,
      jwksUri: () => options.serviceAccounts?.jwksUri ?? `https://${address.authority}/openid/v1/jwks`,
    });
  serveOpenApi(router, {
    resources,
    openId,
    remote: parts.aggregation.openApi,
    metrics: metrics.requests,
  });
  router.service('/version', constantJson(versionInfo));
  router.any('/metrics', metrics.handler);
  const startedAtMs = Date.now();
  const pages = { random: Math.random, requests: metrics.requests };
  serveStatusz(router, { ...pages, version: versionInfo, startedAtMs, now: Date.now });
  serveFlagz(router, { ...pages, flags: options.flags ?? {} });
  serveDebugFlags(router, options.log);
  serveChecks(router, options, { factory: storage.factory, hooks, closing, metrics });
  return router;
}

/** kube-apiserver's default for both kinds of check. */
const etcdHealthTimeoutMs = 2000;

interface CheckParts {
  factory: StorageFactory;
  hooks: PostStartHooks;
  closing: AbortSignal;
  metrics: ServerMetrics;
}

function serveChecks(router: PathRouter, options: ApiserverOptions, parts: CheckParts): void {
  const { factory, hooks, closing, metrics } = parts;
  const etcdCheck = (name: string, timeoutMs = etcdHealthTimeoutMs): HealthCheck => ({
    name,
    check: () => within(timeoutMs, factory.healthz()),
  });
  const etcd = etcdCheck('etcd', options.etcdHealthTimeoutMs);
  const hookChecks = hooks.checks();
  const graceEndsMs = Date.now() + (options.livezGracePeriodMs ?? 0);
  const duringGrace = ({ name, check }: HealthCheck): HealthCheck => ({
    name,
    check: () => (Date.now() < graceEndsMs ? undefined : check()),
  });
  const health = new HealthMetrics(Date.now() - process.uptime() * 1000);
  const serve = (path: string, checks: readonly HealthCheck[]) =>
    serveHealth(router, path, {
      checks,
      observe: (type, name, succeeded) => health.observe(type, name, succeeded),
      requests: metrics.requests,
    });
  router.any('/metrics/slis', health.handler);
  serve('/healthz', [ping, etcd, ...hookChecks]);
  serve('/livez', [ping, etcd, ...hookChecks.map(duringGrace)]);
  serve('/readyz', [
    ping,
    etcd,
    etcdCheck('etcd-readiness', options.etcdReadyTimeoutMs),
    informerSync(factory),
    ...hookChecks,
    shutdown(closing),
  ]);
}

function informerSync(factory: StorageFactory): HealthCheck {
  return {
    name: 'informer-sync',
    check() {
      const missing = factory.notReady();
      if (missing.length > 0) throw new Error(`caches that are not loaded: ${missing.join(', ')}`);
    },
  };
}

function shutdown(closing: AbortSignal): HealthCheck {
  return {
    name: 'shutdown',
    check() {
      if (closing.aborted) throw new Error('process is shutting down');
    },
  };
}
