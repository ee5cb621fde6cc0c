import type { ApiserverOptions, ListenOptions, StartOptions } from './apiserver-options.ts';
import { labelSecret } from './bootstrap/label-secret.ts';
import type { Handler } from './http/request-context.ts';
import { processBudget } from './process-budget.ts';
import { versionInfo } from './discovery/version-info.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import type { BuiltRegistry } from './registry/build-registry.ts';
import { ResourceTable } from './registry/resource-table.ts';
import { startHttpsServer, type HttpsServer } from './server/https-server.ts';
import { StartError } from './server/start-error.ts';
import { within } from './server/within.ts';
import { admissionStage } from './stages/admission-stage.ts';
import { auditStage } from './stages/audit-stage.ts';
import { aggregationStage } from './stages/aggregation-stage.ts';
import { authenticationStage } from './stages/authentication-stage.ts';
import { authorizationStage } from './stages/authorization-stage.ts';
import { encryptionStage } from './stages/encryption-stage.ts';
import { definitionsStage } from './stages/definitions-stage.ts';
import { fairnessStage } from './stages/fairness-stage.ts';
import { given } from './stages/given.ts';
import { handlerStage } from './stages/handler-stage.ts';
import { hooksStage } from './stages/hooks-stage.ts';
import { registryStage } from './stages/registry-stage.ts';
import { routesStage } from './stages/routes-stage.ts';
import { ServingAddress } from './stages/serving-address.ts';
import { storageStage } from './stages/storage-stage.ts';
import type { StorageFactory } from './storage/storage-factory.ts';

/** An API server that listens. */
export interface Apiserver {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly port: number;
  /** Lets requests finish, ends watches, closes caches; the etcd client stays open. */
  close(): Promise<void>;
}

/** An API server that is built: requests can be handled, with or without a port. */
export interface BuiltApiserver {
  /** The whole way of a request, with all its filters; to be called with a `ServerRequest`. */
  readonly handler: Handler;
  /** What is served; resources may be added and removed while the server runs. */
  readonly resources: ResourceTable;
  readonly registry: BuiltRegistry;
  /**
   * Runs the post-start hooks without opening a port: authorizers load what they look up, bootstrap objects
   * are written. Rejects with a StartError where etcd does not answer.
   */
  start(): Promise<void>;
  /**
   * Opens the port and runs the post-start hooks; resolves when the server is ready. Rejects with a
   * StartError where etcd does not answer or the certificate cannot be used, with Node's EADDRINUSE where the
   * port is taken; the server is closed then.
   */
  listen(options: ListenOptions): Promise<Apiserver>;
  /** Lets requests finish, ends watches, closes caches; the etcd client stays open. */
  close(): Promise<void>;
}

/**
 * Builds an API server on an etcd, stage by stage: each stage is made of the results of those before it.
 * Nothing is read, written or opened yet. Throws for options that cannot be used.
 */
export function createApiserver(given: ApiserverOptions): BuiltApiserver {
  // Its level can be changed while the server runs, and is nobody else's.
  const options = { ...given, log: given.log.child({}) };
  const closing = new AbortController();
  const resources = new ResourceTable();
  const metrics = new ServerMetrics(versionInfo);
  const encryption = encryptionStage(options, metrics);
  const storage = storageStage(options, metrics, encryption);
  const stop = (): void => {
    closing.abort(new Error('the server is shutting down'));
    storage.informers.close();
    storage.factory.close();
    encryption.close();
  };
  try {
    const address = new ServingAddress(options);
    const aggregation = aggregationStage(options, { storage, metrics, address, closing: closing.signal });
    const authentication = authenticationStage(options, storage, metrics, {
      client: aggregation.client,
      labelSecret: (secret, labels) =>
        labelSecret(registry, secret, { labels, nowMs: Date.now(), log: options.log }),
    });
    const authorization = authorizationStage(options, metrics);
    const registry: BuiltRegistry = registryStage(options, {
      resources,
      storage,
      authentication,
      authorization,
      metrics,
    });
    const definitions = definitionsStage(options, {
      registry,
      storage,
      client: aggregation.client,
      metrics: metrics.definitions,
      closing: closing.signal,
    });
    const parts = {
      resources,
      storage,
      authentication,
      authorization,
      registry,
      aggregation,
      metrics,
      address,
    };
    const admission = admissionStage(options, parts);
    const fairness = fairnessStage(options, metrics);
    const { hooks, withdraw } = hooksStage(options, {
      ...parts,
      admission,
      fairness,
      definitions,
      closing: closing.signal,
    });
    const router = routesStage(options, { ...parts, hooks, closing: closing.signal });
    const audit = auditStage(options, { metrics, client: aggregation.client });
    const { auditing } = audit;
    const handler = handlerStage(options, { ...parts, admission, router, auditing, fairness });
    const start = async (): Promise<void> => {
      await requireEtcd(storage.factory);
      await hooks.run();
    };
    return builtApiserver(options, {
      handler,
      registry,
      resources,
      address,
      metrics,
      start,
      withdraw,
      closeAudit: () => audit.close(),
      stop,
    });
  } catch (error) {
    stop();
    throw error;
  }
}

/** Builds an API server and lets it listen: `createApiserver` and `listen` in one. */
export async function startApiserver(options: StartOptions): Promise<Apiserver> {
  return createApiserver(options).listen(options);
}

interface ApiserverParts extends Pick<BuiltApiserver, 'handler' | 'registry' | 'resources' | 'start'> {
  address: ServingAddress;
  metrics: ServerMetrics;
  withdraw(): Promise<void>;
  /** Records what still waits to be. */
  closeAudit(): Promise<void>;
  /** Ends watches and caches at once. */
  stop(): void;
}

const withdrawTimeoutMs = 2000;
/** A webhook that does not answer must not hold the server for ever. */
const auditTimeoutMs = 30_000;

function builtApiserver(options: ApiserverOptions, parts: ApiserverParts): BuiltApiserver {
  const { handler, registry, resources, start, withdraw, closeAudit, stop } = parts;
  const { log } = options;
  let server: HttpsServer | undefined;
  let closed: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    // Before the port closes, so that clients are not sent to a closed port.
    await within(withdrawTimeoutMs, withdraw()).catch((error: unknown) => {
      log.warn(
        { err: error },
        'could not withdraw from the endpoints of the kubernetes service and delete the identity lease',
      );
    });
    await server?.close();
    await within(auditTimeoutMs, closeAudit()).catch((error: unknown) => {
      log.error({ err: error }, 'events of the audit log are lost');
    });
    stop();
  };
  const close = (): Promise<void> => (closed ??= shutDown());
  return {
    handler,
    registry,
    resources,
    start,
    close,
    async listen(listenOptions) {
      try {
        server = await openPort(options, listenOptions, parts);
        await start();
      } catch (error) {
        await server?.close();
        await within(auditTimeoutMs, closeAudit()).catch(() => undefined);
        stop();
        throw error;
      }
      const { url, port } = server;
      log.info({ url }, 'serving');
      return { url, port, close };
    },
  };
}

async function openPort(
  { clientCa, requestHeader, log }: ApiserverOptions,
  options: ListenOptions,
  { handler, address, metrics }: ApiserverParts,
): Promise<HttpsServer> {
  const { bindAddress = '127.0.0.1', securePort = 6443, tls } = options;
  const server = await startHttpsServer({
    bindAddress,
    port: securePort,
    ...tls,
    ...given({
      reusePort: options.reusePort,
      http2: options.http2,
      http2MaxStreams: options.http2MaxStreams,
      drainTimeoutMs: options.drainTimeoutMs,
      clientCa: authorities(clientCa, requestHeader?.clientCa),
    }),
    unsentTotal: processBudget.unsent,
    handler,
    handshakeFailed: () => metrics.handshakeErrors.inc(),
    log,
  });
  address.listensOn({ bindAddress, port: server.port, url: server.url });
  return server;
}

/** Certificates of users and of front proxies are taken over the same connection. */
function authorities(...bundles: readonly (string | Buffer | undefined)[]): string | undefined {
  const given = bundles.filter((bundle) => bundle !== undefined);
  return given.length === 0 ? undefined : given.map((bundle) => bundle.toString()).join('\n');
}

const etcdTimeoutMs = 20_000;

/** An address where no etcd answers is an error at the start, not something to wait for. */
async function requireEtcd(storages: StorageFactory): Promise<void> {
  try {
    await within(etcdTimeoutMs, storages.healthz());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`etcd cannot be reached: ${reason}`, { cause: error });
  }
}
