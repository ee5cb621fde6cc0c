import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiserverOptions } from '../apiserver-options.ts';
import type { AuditBackendOptions, AuditOptions } from '../audit/audit-options.ts';
import { allBackends, ignoringFailures, type AuditBackend, type AuditFailure } from '../audit/audit-sink.ts';
import { auditEventLine } from '../audit/audit-event.ts';
import { BatchingBackend } from '../audit/backends/batching.ts';
import { logBackend, standardOutput } from '../audit/backends/log.ts';
import { RotatingFile } from '../audit/backends/rotating-file.ts';
import { truncating } from '../audit/backends/truncating.ts';
import { webhookBackend } from '../audit/backends/webhook.ts';
import type { Auditing } from '../filters/audit.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { OutgoingClient } from '../outgoing/outgoing-client.ts';

/** How requests are recorded. */
export interface AuditStage {
  /** Undefined: nothing is. */
  readonly auditing: Auditing | undefined;
  /** Records what still waits. */
  close(): Promise<void>;
}

const nothing: AuditStage = { auditing: undefined, close: async () => undefined };

/** Opens the log. Throws the error of the file system where it cannot be opened. */
export function auditStage(
  { audit, log }: ApiserverOptions,
  { metrics, client }: { metrics: ServerMetrics; client: OutgoingClient },
): AuditStage {
  if (audit === undefined || (audit.log === undefined && audit.webhook === undefined)) return nothing;
  const failed: AuditFailure = (plugin, error, events) => {
    metrics.audit.failed(plugin, events.length);
    const lines = events.slice(0, maxShown).map((event) => auditEventLine(event));
    log.error({ err: error, plugin, events: events.length, lines }, 'events of the audit log are lost');
  };
  const backends: AuditBackend[] = [];
  if (audit.log !== undefined) backends.push(toLog(audit.log, failed, log));
  if (audit.webhook !== undefined) backends.push(toWebhook(audit.webhook, failed, client));
  const backend = allBackends(backends);
  return {
    auditing: { policy: audit.policy, sink: backend, metrics: metrics.audit, now: Date.now },
    close: () => backend.close(),
  };
}

/** Of many events that are lost together so many are shown. */
const maxShown = 10;

function toLog(
  options: NonNullable<AuditOptions['log']>,
  failed: AuditFailure,
  log: ApiserverOptions['log'],
): AuditBackend {
  const writer =
    options.path === '-'
      ? standardOutput
      : new RotatingFile(options, {
          failed: (error) => log.warn({ err: error }, 'old files of the audit log could not be tidied up'),
        });
  return wrapped(logBackend(writer, options.format, failed), options, failed);
}

function toWebhook(
  options: NonNullable<AuditOptions['webhook']>,
  failed: AuditFailure,
  client: OutgoingClient,
): AuditBackend {
  const { kubeconfig, initialBackoffMs } = options;
  const { destination, headers } = kubeconfig;
  const backend = webhookBackend({
    client,
    destination,
    headers,
    initialBackoffMs,
    failed,
    sleep: (ms) => sleep(ms),
    random: Math.random,
  });
  return wrapped(backend, options, failed);
}

function wrapped(
  backend: AuditBackend,
  { mode, batch, truncate }: AuditBackendOptions,
  failed: AuditFailure,
): AuditBackend {
  const inMode =
    mode === 'blocking-strict'
      ? backend
      : mode === 'blocking'
        ? ignoringFailures(backend)
        : new BatchingBackend(backend, batch, { failed });
  return truncate === undefined ? inMode : truncating(inMode, truncate, failed);
}
