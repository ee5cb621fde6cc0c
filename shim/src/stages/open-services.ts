import type { Logger } from 'pino';
import type { Auth } from '../auth/auth.ts';
import { createAuth } from '../auth/create-auth.ts';
import type { openStore, OpenedStore } from '../postgres/open-store.ts';
import { CallCounts } from '../rpc/monitoring/call-counts.ts';
import { createRequestLog, type RequestLog } from '../rpc/monitoring/request-log.ts';
import { createServices, type Services } from '../rpc/services.ts';
import { defaultVersionReported, type ShimOptions } from '../shim-options.ts';

/** The first stage of a shim: its store on the database, and etcd's services on that. No port is open. */
export interface OpenedServices {
  readonly opened: OpenedStore;
  readonly auth: Auth;
  readonly services: Services;
  readonly counts: CallCounts;
  readonly logRequest: RequestLog;
  readonly version: string;
  readonly maxRequestBytes: number;
  /** As `ServicesOptions.quotaBytes`: negative for no quota. */
  readonly quotaBytes: number;
}

/** etcd's --initial-advertise-peer-urls, when it is not given. */
const defaultPeerUrl = 'http://localhost:2380';

/** etcd's default quota. */
const defaultQuotaBytes = 2 * 1024 ** 3;

/**
 * Opens the store and builds the services. `clientUrls` is what the member list shows until something else is
 * advertised. Rejects with a StoreError (the database cannot be reached, or was written by a newer version).
 */
export async function openServices(
  options: ShimOptions,
  { open, clientUrls, log }: { open: typeof openStore; clientUrls: readonly string[]; log: Logger },
): Promise<OpenedServices> {
  const version = options.versionReported ?? defaultVersionReported;
  const maxRequestBytes = options.maxRequestBytes ?? 1.5 * 1024 * 1024;
  const quotaBytes = options.quotaBackendBytes === 0 ? defaultQuotaBytes : (options.quotaBackendBytes ?? -1);
  const opened = await open({
    connectionString: options.postgresUrl,
    log,
    name: options.name ?? 'default',
    clientUrls,
    peerUrls: options.advertisePeerUrls ?? [defaultPeerUrl],
    quotaBytes: Math.max(quotaBytes, 0),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    ...(options.valueCacheBytes === undefined ? {} : { valueCacheBytes: options.valueCacheBytes }),
    ...(options.hints === undefined ? {} : { hints: options.hints }),
    ...(options.pollIntervalMs === undefined ? {} : { pollIntervalMs: options.pollIntervalMs }),
  });
  const { store, lessor, upkeep } = opened;
  const auth = createAuth({
    ...opened.auth,
    tokenOptions: options.authToken ?? { kind: 'simple' },
    simpleTtlMs: options.authTokenTtlMs || 300_000,
    bcryptCost: options.bcryptCost,
    trustsCertificates: options.tls?.clientCertAuth ?? false,
    readIndex: () => store.readIndex(),
  });
  const services = createServices({
    store,
    lessor,
    auth,
    upkeep,
    version,
    quotaBytes,
    maxRequestBytes,
    maxTxnOps: options.maxTxnOps ?? 128,
    watchProgressIntervalMs: Math.max(options.watchProgressNotifyIntervalMs ?? 600_000, 100),
  });
  const logRequest = createRequestLog({ log, slowMs: options.warningUnaryRequestDurationMs ?? 300 });
  return {
    opened,
    auth,
    services,
    counts: new CallCounts(),
    logRequest,
    version,
    maxRequestBytes,
    quotaBytes,
  };
}
