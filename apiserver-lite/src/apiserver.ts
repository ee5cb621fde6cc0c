import type { DefaultTolerations } from './admission/plugins/default-toleration-seconds.ts';
import { networkInterfaces } from 'node:os';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { Logger } from 'pino';
import { serveDiscovery } from './discovery/serve-discovery.ts';
import { trackServerWrites } from './endpoints/managed-fields/track-server-write.ts';
import { createResourceHandler } from './endpoints/resource-handler.ts';
import { encodeStatus } from './endpoints/write-response.ts';
import { anyOf } from './authentication/authenticator.ts';
import { bearerToken, type TokenAuthenticator } from './authentication/bearer-token.ts';
import { clientCertificate } from './authentication/client-certificate.ts';
import { reviewToken } from './authentication/review-token.ts';
import type { TokenLookup } from './authentication/token-file.ts';
import { alwaysAllow, alwaysDeny, firstOpinion, mastersMayDoAll } from './authorization/authorizer.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import { nodeRole } from './bootstrap/rbac-policy/policy.ts';
import { reconcilePolicy } from './bootstrap/rbac-policy/reconcile.ts';
import { registryPolicyStore } from './bootstrap/rbac-policy/registry-policy-store.ts';
import { followObjects } from './authorization/follow-objects.ts';
import { nodeAuthorizer } from './authorization/node/node-authorizer.ts';
import { NodeIndex, nodeResources } from './authorization/node/node-index.ts';
import { rbacAuthorizer } from './authorization/rbac-authorizer.ts';
import { RbacIndex } from './authorization/rbac-index.ts';
import { rbacGroup, rbacResources } from './authorization/rbac-objects.ts';
import { reviewAuthorizer } from './authorization/review-authorizer.ts';
import { chain, handlerChain } from './handler-chain.ts';
import { serveOpenApi } from './openapi/serve-openapi.ts';
import { ensureBootstrapObjects } from './bootstrap/bootstrap-objects.ts';
import { KubernetesEndpoints } from './bootstrap/kubernetes-endpoints.ts';
import { createRegistry } from './registry/build-registry.ts';
import type { BuiltRegistry } from './registry/build-registry.ts';
import type { KubeletClientOptions } from './registry/core/pod/kubelet/kubelet-client.ts';
import { parseServiceRanges } from './registry/core/service/allocation/ip-range.ts';
import { defaultingCodec } from './registry/defaults/defaulting-codec.ts';
import type { ComponentProbe } from './registry/core/component-status/component-status-rest.ts';
import { healthzProbe } from './registry/core/component-status/healthz-probe.ts';
import type { RuntimeConfig } from './registry/runtime-config.ts';
import { ping, serveHealth } from './server/health.ts';
import type { HealthCheck } from './server/health.ts';
import { startHttpsServer } from './server/https-server.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { constantJson, PathRouter } from './http/path-router.ts';
import { PostStartHooks } from './server/post-start-hooks.ts';
import { StartError } from './server/start-error.ts';
import { countStoredObjects, prometheusStorageMetrics } from './metrics/storage-metrics.ts';
import type { Handler } from './http/request-context.ts';
import { versionInfo } from './server/version.ts';
import { serveOpenId } from './authentication/service-account/serve-openid.ts';
import { serviceAccounts } from './authentication/service-account/service-accounts.ts';
import type { ServiceAccountOptions } from './authentication/service-account/token-options.ts';
import type { ListOptions, ResourceStorage, WatchOptions } from './storage/storage.ts';
import { StorageFactory } from './storage/storage-factory.ts';
import { valueCodecFor } from './storage/value-codec.ts';

export type AuthorizationMode = 'AlwaysAllow' | 'AlwaysDeny' | 'Node' | 'RBAC';

export interface ApiserverOptions {
  /** Stays open when the server closes. */
  etcd: EtcdClient;
  /** Other etcds for some resources (`--etcd-servers-overrides`), by storage prefix; they stay open too. */
  etcdOverrides?: ReadonlyMap<string, EtcdClient>;
  /** Default 127.0.0.1. */
  bindAddress?: string;
  /** IP at which others reach this server: the endpoint of the `kubernetes` Service. Default: the bind address. */
  advertiseAddress?: string;
  /** 0: any free port. Default 6443. */
  securePort?: number;
  /** The serving certificate, PEM, and the limits of TLS; without them those of Node from TLS 1.2 on. */
  tls: {
    cert: string | Buffer;
    key: string | Buffer;
    minVersion?: 'TLSv1.2' | 'TLSv1.3';
    ciphers?: string;
    ecdhCurve?: string;
  };
  /** Several servers may listen on the port (SO_REUSEPORT). */
  reusePort?: boolean;
  /** Default true; false: HTTP/1.1 only. */
  http2?: boolean;
  /** Most requests at once on an HTTP/2 connection. Default 250. */
  http2MaxStreams?: number;
  /** Host name of this server in discovery documents. Default: the address that it listens on. */
  externalHostname?: string;
  /** PEM: who signs client certificates. */
  clientCa?: string | Buffer;
  /** Static bearer tokens (`parseTokenFile`). */
  tokens?: TokenLookup;
  /** Tokens of service accounts; without it there are none. @throws TokenKeyError for keys that cannot be used. */
  serviceAccounts?: ServiceAccountOptions;
  /** Default true; false where AlwaysAllow is among the authorization modes. */
  anonymousAuth?: boolean;
  /** Asked in order. Default Node, RBAC. */
  authorizationModes?: readonly AuthorizationMode[];
  /** Whether `system:kube-controller-manager` may do what its controllers' accounts may. Default false, as in stock clusters. */
  controllersShareOneIdentity?: boolean;
  /** The parts that run beside it (`RegistryOptions.actors`); absent: not known, and nobody is warned of what they leave undone. */
  actors?: readonly string[];
  /** Default 400. */
  maxRequestsInflight?: number;
  /** Default 200. */
  maxMutatingRequestsInflight?: number;
  /** Default 60 s. */
  requestTimeoutMs?: number;
  /** Default 1800. */
  minRequestTimeoutSeconds?: number;
  /** Where objects are kept in etcd. Default `/registry`. */
  etcdPrefix?: string;
  /** Form of stored values. Default protobuf. */
  storageMediaType?: 'application/vnd.kubernetes.protobuf' | 'application/json';
  /** How often old revisions are compacted; 0: somebody else compacts. Default 5 minutes. */
  etcdCompactionIntervalMs?: number;
  /** How long `/healthz` and `/livez` wait for etcd. Default 2 s. */
  etcdHealthTimeoutMs?: number;
  /** How long `/readyz` waits for etcd. Default 2 s. */
  etcdReadyTimeoutMs?: number;
  /** For how long events share one lease. Default 60. */
  leaseReuseSeconds?: number;
  /** For how long `/livez` does not mind that the server still starts. Default 0. */
  livezGracePeriodMs?: number;
  /** Whether the endpoints of the `kubernetes` Service are written. Default true. */
  writesEndpoints?: boolean;
  /** Admission plugins that do not run, by kube-apiserver's names. */
  disabledAdmissionPlugins?: readonly string[];
  serviceClusterIpRange?: string;
  serviceNodePortRange?: string;
  eventTtlSeconds?: number;
  /** How many objects of a collection are deleted at a time. Default 16. */
  deleteCollectionWorkers?: number;
  /** How long Pods that do not say otherwise stay on nodes that fail. Default 300 s for both. */
  defaultTolerations?: DefaultTolerations;
  runtimeConfig?: RuntimeConfig;
  /** How kubelets are called. Default: without a certificate, at the addresses that kube-apiserver prefers. */
  kubelet?: KubeletClientOptions;
  /** How the parts are for `kubectl get componentstatuses`; default: their health ports on this machine are asked. */
  componentProbes?: Partial<Record<'controller-manager' | 'scheduler', ComponentProbe>>;
  log: Logger;
  /** How long `close()` waits for requests under way. */
  drainTimeoutMs?: number;
}

/** A running API server. */
export interface Apiserver {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly port: number;
  /** Lets requests finish, ends watches, closes caches; the etcd client stays open. */
  close(): Promise<void>;
}

/**
 * Starts an API server on an etcd, and resolves when it is ready: the caches that authorization reads are loaded, the
 * bootstrap objects are written. Rejects with a StartError where etcd does not answer or the certificate cannot be used, with
 * Node's EADDRINUSE where the port is taken; nothing is left running then.
 */
export async function startApiserver(options: ApiserverOptions): Promise<Apiserver> {
  const { log, etcd, bindAddress = '127.0.0.1', securePort = 6443 } = options;
  const closing = new AbortController();
  const rbac = new RbacIndex();
  const nodes = new NodeIndex();
  const modes = options.authorizationModes ?? ['Node', 'RBAC'];
  const authorizer = authorizerOf(modes, rbac, nodes);
  const metrics: ServerMetrics = new ServerMetrics(
    ({ apiGroup, apiVersion, resource, subresource }) =>
      registry.lookup(apiGroup, apiVersion, resource, subresource) !== undefined,
  );
  const mediaType = options.storageMediaType ?? 'application/vnd.kubernetes.protobuf';
  const { etcdOverrides } = options;
  const storages = new StorageFactory({
    etcd,
    ...(etcdOverrides === undefined
      ? {}
      : { etcdFor: ({ storageKeyPrefix }) => etcdOverrides.get(storageKeyPrefix ?? '') ?? etcd }),
    ...(options.etcdCompactionIntervalMs === undefined
      ? {}
      : { compactionIntervalMs: options.etcdCompactionIntervalMs }),
    ...(options.leaseReuseSeconds === undefined ? {} : { leaseReuseSeconds: options.leaseReuseSeconds }),
    pathPrefix: options.etcdPrefix ?? '/registry',
    codecFor: (resource) => defaultingCodec(valueCodecFor(resource, mediaType), Date.now),
    metrics: prometheusStorageMetrics(metrics.registry),
    log,
  });
  const accounts =
    options.serviceAccounts === undefined
      ? undefined
      : serviceAccounts(options.serviceAccounts, {
          clock: Date.now,
          storageOf: (group, resource) => registry.storageOf(group, resource),
        });
  countStoredObjects(metrics.registry, () => storages.storages());
  const registry: BuiltRegistry = await createRegistry({
    storageFactory: (resource) => storages.forResource(resource),
    log,
    authorizer: reviewAuthorizer(authorizer, rbac),
    tokens: reviewToken({
      tokens: options.tokens,
      serviceAccounts: accounts?.authenticate,
      apiAudiences: accounts?.apiAudiences ?? [],
    }),
    ...(accounts?.issuer === undefined
      ? {}
      : {
          tokenRequests: {
            issuer: accounts.issuer,
            apiAudiences: accounts.apiAudiences,
            maxExpirationSeconds: options.serviceAccounts?.maxExpirationSeconds,
            extendExpiration: options.serviceAccounts?.extendExpiration ?? true,
          },
        }),
    trackServerWrite: trackServerWrites(() => registry, Date.now),
    ...(options.kubelet === undefined ? {} : { kubelet: options.kubelet }),
    componentProbes: {
      'controller-manager': healthzProbe(controllerManagerPort),
      scheduler: healthzProbe(schedulerPort),
      ...options.componentProbes,
      'etcd-0': async () => {
        await storages.healthz();
        return 'ok';
      },
    },
    ...(options.disabledAdmissionPlugins === undefined
      ? {}
      : { disabledAdmissionPlugins: options.disabledAdmissionPlugins }),
    ...(options.actors === undefined ? {} : { actors: options.actors }),
    options: {
      ...(options.eventTtlSeconds === undefined ? {} : { eventTtlSeconds: options.eventTtlSeconds }),
      ...(options.serviceClusterIpRange === undefined
        ? {}
        : { serviceClusterIpRange: options.serviceClusterIpRange }),
      ...(options.serviceNodePortRange === undefined
        ? {}
        : { serviceNodePortRange: options.serviceNodePortRange }),
      ...(options.deleteCollectionWorkers === undefined
        ? {}
        : { deleteCollectionWorkers: options.deleteCollectionWorkers }),
      ...(options.defaultTolerations === undefined ? {} : { defaultTolerations: options.defaultTolerations }),
      ...(options.runtimeConfig === undefined ? {} : { runtimeConfig: options.runtimeConfig }),
    },
  });

  const hooks = new PostStartHooks({ log, signal: closing.signal });
  let endpoints: KubernetesEndpoints | undefined;
  const parts = {
    registry,
    rbac,
    nodes: modes.includes('Node') ? nodes : undefined,
    controllersShareOneIdentity: options.controllersShareOneIdentity ?? false,
    log,
    signal: closing.signal,
  };
  addHooks(hooks, parts, async () => {
    await ensureBootstrapObjects({
      registry,
      clock: Date.now,
      serviceRanges: parseServiceRanges(options.serviceClusterIpRange ?? '10.96.0.0/12'),
      securePort: server.port,
      ...(options.clientCa === undefined ? {} : { clientCa: options.clientCa.toString() }),
    });
    if (options.writesEndpoints === false) return;
    endpoints ??= new KubernetesEndpoints({
      registry,
      storageFactory: (resource) => storages.forResource(resource),
      address: options.advertiseAddress ?? reachableAddress(bindAddress),
      securePort: server.port,
      clock: Date.now,
      log,
    });
    await endpoints.start();
  });
  const router = new PathRouter();
  const addressOf = ({ url, port }: { url: string; port: number }): string =>
    options.externalHostname === undefined ? new URL(url).host : `${options.externalHostname}:${port}`;
  serveDiscovery(router, { registry, serverAddress: () => addressOf(server) });
  const openId =
    accounts !== undefined &&
    serveOpenId(router, {
      issuer: accounts.issuerName,
      keys: accounts.keys,
      jwksUri: () => options.serviceAccounts?.jwksUri ?? `https://${addressOf(server)}/openid/v1/jwks`,
    });
  serveOpenApi(router, { registry, openId });
  router.service('/version', constantJson(versionInfo));
  router.any('/metrics', metrics.handler);
  serveChecks(router, {
    storages,
    hooks,
    closing: closing.signal,
    healthTimeoutMs: options.etcdHealthTimeoutMs ?? etcdHealthTimeoutMs,
    readyTimeoutMs: options.etcdReadyTimeoutMs ?? etcdHealthTimeoutMs,
    graceEndsMs: Date.now() + (options.livezGracePeriodMs ?? 0),
  });

  const resources = createResourceHandler({
    registry,
    authorizer,
    ...(options.minRequestTimeoutSeconds === undefined
      ? {}
      : { minRequestTimeoutSeconds: options.minRequestTimeoutSeconds }),
  });
  const answer: Handler = (context) =>
    context.requestInfo.isResourceRequest ? resources(context) : router.handler(context);
  const tokens: TokenAuthenticator[] = options.tokens === undefined ? [] : [options.tokens];
  if (accounts !== undefined) tokens.push(async (token) => (await accounts.authenticate(token))?.user);
  const filters = handlerChain({
    authenticator: anyOf(
      // Also without anybody who knows tokens: one that nobody knows is a wrong credential, never none.
      [clientCertificate(), bearerToken(tokens)],
      takesAnonymous(options),
    ),
    authorizer,
    flow: {
      maxReadOnly: options.maxRequestsInflight ?? 400,
      maxMutating: options.maxMutatingRequestsInflight ?? 200,
      maxWaitMs: (options.requestTimeoutMs ?? 60_000) / 4,
    },
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    metrics,
    encodeStatus,
  });

  const stop = (): void => {
    closing.abort(new Error('the server is shutting down'));
    storages.close();
    metrics.close();
  };
  const server = await startHttpsServer({
    bindAddress,
    port: securePort,
    ...options.tls,
    ...(options.reusePort === undefined ? {} : { reusePort: options.reusePort }),
    ...(options.http2 === undefined ? {} : { http2: options.http2 }),
    ...(options.http2MaxStreams === undefined ? {} : { http2MaxStreams: options.http2MaxStreams }),
    ...(options.clientCa === undefined ? {} : { clientCa: options.clientCa }),
    handler: chain(filters, answer),
    log,
    ...(options.drainTimeoutMs === undefined ? {} : { drainTimeoutMs: options.drainTimeoutMs }),
  }).catch((error: unknown) => {
    stop();
    throw error;
  });
  try {
    await etcdAnswers(storages);
    await hooks.run();
  } catch (error) {
    await server.close();
    stop();
    throw error;
  }
  log.info({ url: server.url }, 'serving');
  return {
    url: server.url,
    port: server.port,
    async close() {
      // Those who are told to go elsewhere first don't meet a closed door.
      await within(endpointsTimeoutMs, endpoints?.stop()).catch((error: unknown) => {
        log.warn({ err: error }, 'could not withdraw from the endpoints of the kubernetes service');
      });
      await server.close();
      stop();
    },
  };
}

/** Whoever brings no credentials is somebody, but never where everybody may do everything. */
function takesAnonymous({ anonymousAuth = true, authorizationModes = [], log }: ApiserverOptions): boolean {
  if (!anonymousAuth || !authorizationModes.includes('AlwaysAllow')) return anonymousAuth;
  log.warn(
    'AnonymousAuth is not allowed with the AlwaysAllow authorizer. Resetting AnonymousAuth to false. ' +
      'You should use a different authorizer',
  );
  return false;
}

function authorizerOf(modes: readonly AuthorizationMode[], rbac: RbacIndex, nodes: NodeIndex): Authorizer {
  const authorizers: Record<AuthorizationMode, () => Authorizer> = {
    AlwaysAllow: () => alwaysAllow,
    AlwaysDeny: () => alwaysDeny,
    Node: () => nodeAuthorizer(nodes, nodeRole()),
    RBAC: () => rbacAuthorizer(rbac),
  };
  return firstOpinion([mastersMayDoAll, ...modes.map((mode) => authorizers[mode]())]);
}

/** Where these two tell of their health on the same machine, unless they are told otherwise. */
const controllerManagerPort = 10_257;
const schedulerPort = 10_259;

const etcdTimeoutMs = 20_000;
/** kube-apiserver's default for both kinds of check. */
const etcdHealthTimeoutMs = 2000;
const endpointsTimeoutMs = 2000;

async function within<Value>(
  timeoutMs: number,
  promise: Promise<Value> | undefined,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** The address to be told to others, where the server listens on all that the machine has. */
function reachableAddress(bindAddress: string): string {
  if (bindAddress !== '0.0.0.0' && bindAddress !== '::') return bindAddress;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** Who starts a server on a wrong address wants to hear it, not to wait for ever. */
async function etcdAnswers(storages: StorageFactory): Promise<void> {
  try {
    await within(etcdTimeoutMs, storages.healthz());
  } catch (error) {
    throw new StartError(
      `etcd cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

interface HookParts {
  registry: BuiltRegistry;
  rbac: RbacIndex;
  /** Undefined: nobody asks what belongs to a node. */
  nodes: NodeIndex | undefined;
  controllersShareOneIdentity: boolean;
  log: Logger;
  signal: AbortSignal;
}

/** The names are kube-apiserver's; each tells what is true here once it is finished. */
function addHooks(
  hooks: PostStartHooks,
  { registry, rbac, nodes, controllersShareOneIdentity, log, signal }: HookParts,
  bootstrap: () => Promise<void>,
): void {
  const storageOf = (resource: string): ResourceStorage => {
    const group = nodeResources.find((each) => each.resource === resource)?.group ?? rbacGroup;
    return registry.storageOf(group, resource);
  };
  const source = {
    list: (resource: string, listOptions: ListOptions) => storageOf(resource).list(listOptions),
    watch: (resource: string, watchOptions: WatchOptions) => storageOf(resource).watch(watchOptions),
  };
  hooks.add('generic-apiserver-start-informers', async () => {
    await Promise.all([
      followObjects({ resources: rbacResources, source, index: rbac, log, signal }),
      nodes &&
        followObjects({
          resources: nodeResources.map(({ resource }) => resource),
          source,
          index: nodes,
          log,
          signal,
        }),
    ]);
  });
  hooks.add('bootstrap-controller', bootstrap);
  hooks.add('rbac/bootstrap-roles', async () => {
    const { created, updated } = await reconcilePolicy(registryPolicyStore(registry), {
      controllersShareOneIdentity,
    });
    if (created + updated > 0) log.info({ created, updated }, 'wrote the bootstrap policy');
  });
}

interface CheckParts {
  storages: StorageFactory;
  hooks: PostStartHooks;
  closing: AbortSignal;
  healthTimeoutMs: number;
  readyTimeoutMs: number;
  /** Until then `/livez` passes though the server still starts. */
  graceEndsMs: number;
}

function serveChecks(router: PathRouter, parts: CheckParts): void {
  const { storages, hooks, closing, healthTimeoutMs, readyTimeoutMs, graceEndsMs } = parts;
  const etcdCheck = (name: string, timeoutMs: number): HealthCheck => ({
    name,
    check: () => within(timeoutMs, storages.healthz()),
  });
  const etcd = etcdCheck('etcd', healthTimeoutMs);
  const hookChecks = hooks.checks();
  const duringGrace = ({ name, check }: HealthCheck): HealthCheck => ({
    name,
    check: () => (Date.now() < graceEndsMs ? undefined : check()),
  });
  serveHealth(router, '/healthz', [ping, etcd, ...hookChecks]);
  serveHealth(router, '/livez', [ping, etcd, ...hookChecks.map(duringGrace)]);
  serveHealth(router, '/readyz', [
    ping,
    etcd,
    etcdCheck('etcd-readiness', readyTimeoutMs),
    {
      name: 'informer-sync',
      check() {
        const missing = storages.notReady();
        if (missing.length > 0) throw new Error(`caches that are not loaded: ${missing.join(', ')}`);
      },
    },
    ...hookChecks,
    {
      name: 'shutdown',
      check() {
        if (closing.aborted) throw new Error('process is shutting down');
      },
    },
  ]);
}
