import type { Handler } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';
import type { StorageMetrics } from '../storage/storage-metrics.ts';
import { admissionMetrics, type AdmissionMetrics } from './admission-metrics.ts';
import { auditMetrics, type AuditMetrics } from './audit-metrics.ts';
import { allocatorMetrics, type AllocatorMetrics } from './allocator-metrics.ts';
import { countRegistered, showBuild, type BuildVersion } from './build-metrics.ts';
import { credentialMetrics, type CredentialMetrics } from './credential-metrics.ts';
import { definitionMetrics, type DefinitionMetrics } from './definition-metrics.ts';
import type { Counter } from './exposition/series.ts';
import { MetricRegistry } from './exposition/metric-registry.ts';
import { encryptionMetrics, type EncryptionCounters } from './encryption-metrics.ts';
import { FilterMetrics } from './filter-metrics.ts';
import { FlowMetrics } from './flow-metrics.ts';
import { processRegistry } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';
import { storageMetrics } from './storage-metrics.ts';

/** Prometheus' text format, as component-base names it. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/**
 * Everything that a server counts, by kube-apiserver's names. One per server: several servers in one process
 * don't share figures.
 */
export class ServerMetrics {
  readonly registry = new MetricRegistry();
  readonly requests: RequestMetrics;
  readonly filters: FilterMetrics;
  readonly flow: FlowMetrics;
  readonly admission: AdmissionMetrics;
  readonly audit: AuditMetrics;
  readonly storage: StorageMetrics;
  readonly definitions: DefinitionMetrics;
  readonly allocators: AllocatorMetrics;
  readonly credentials: CredentialMetrics;
  readonly encryption: EncryptionCounters;
  readonly handshakeErrors: Counter;
  /** Documents of discovery that were made of all groups. */
  readonly discoveries: Counter;
  /** Requests for discovery without what other servers serve. */
  readonly discoveriesWithoutPeers: Counter;
  readonly #startedAtSeconds: number;

  /** `version` is shown as a metric; `startedAtMs`: when the process started, since the epoch. */
  constructor(version?: BuildVersion, startedAtMs = Date.now() - process.uptime() * 1000) {
    const { registry } = this;
    this.#startedAtSeconds = Math.floor(startedAtMs / 1000);
    this.requests = new RequestMetrics(registry);
    this.filters = new FilterMetrics(registry);
    this.flow = new FlowMetrics(registry);
    this.admission = admissionMetrics(registry);
    this.audit = auditMetrics(registry);
    this.storage = storageMetrics(registry);
    this.definitions = definitionMetrics(registry);
    this.allocators = allocatorMetrics(registry);
    this.credentials = credentialMetrics(registry);
    this.encryption = encryptionMetrics(registry);
    this.handshakeErrors = registry
      .counter({
        name: 'apiserver_tls_handshake_errors_total',
        help: "[ALPHA] Number of requests dropped with 'TLS handshake error from' error",
      })
      .with();
    this.discoveries = registry
      .counter({
        name: 'aggregator_discovery_aggregation_count_total',
        help: '[ALPHA] Counter of number of times discovery was aggregated',
      })
      .with();
    this.discoveriesWithoutPeers = registry
      .counter({
        name: 'aggregator_discovery_nopeer_requests_total',
        help: '[ALPHA] Counter of number of times no-peer (non peer-aggregated) discovery was requested',
      })
      .with();
    if (version !== undefined) showBuild(registry, version);
    countRegistered(registry);
  }

  /** `/metrics`: with any method; DELETE begins anew with what was counted. */
  readonly handler: Handler = async (context) => {
    if (context.request.method === 'DELETE') {
      this.registry.reset();
      await sendReset(context);
      return;
    }
    const parts = await Promise.all([this.registry.text(), processRegistry().metrics()]);
    context.response.setHeader('Process-Start-Time-Unix', String(this.#startedAtSeconds));
    await sendBody(context, { code: 200, contentType: metricsType, body: `${parts.join('')}` });
  };
}

/** What is answered to a DELETE of metrics. */
export const sendReset: Handler = (context) =>
  sendBody(context, { code: 200, contentType: 'text/plain; charset=utf-8', body: 'metrics reset\n' });
