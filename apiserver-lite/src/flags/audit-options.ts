import { dirname, resolve } from 'node:path';
import type { AuditBackendOptions, AuditMode, AuditOptions } from '../audit/audit-options.ts';
import { readAuditPolicy } from '../audit/audit-policy.ts';
import { readWebhookKubeconfig, type WebhookKubeconfig } from '../outgoing/webhook-kubeconfig.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

type Backend = 'log' | 'webhook';

const modes = ['batch', 'blocking', 'blocking-strict'] as const satisfies readonly AuditMode[];

/** What the flags of auditing say. */
export interface ReadAuditOptions {
  /** Undefined: nothing is recorded. */
  readonly audit?: AuditOptions;
  /** What of the policy nobody understands: lines for the log. */
  readonly notes: readonly string[];
}

/**
 * What the flags of auditing say, with the files that they name.
 *
 * @throws ApiserverFlagError, in kube-apiserver's words where it has some.
 */
export async function auditOptions(reader: ApiserverFlagReader): Promise<ReadAuditOptions> {
  const path = reader.text('audit-log-path');
  const webhookFile = reader.text('audit-webhook-config-file');
  // Values of the wrong type are refused also where nothing is recorded.
  const log = { ...logOptions(reader, path), ...backendOptions(reader, 'log') };
  const toWebhook = backendOptions(reader, 'webhook');
  const initialBackoffMs = reader.durationMs('audit-webhook-initial-backoff');
  const kubeconfig = webhookFile === '' ? undefined : await webhookKubeconfig(reader, webhookFile);
  const policyFile = await reader.file('audit-policy-file');
  if (policyFile === undefined) return { notes: [] };
  const { policy, unknownFields } = checked('audit-policy-file', 'loading audit policy file: ', () =>
    readAuditPolicy(policyFile.toString()),
  );
  return {
    audit: {
      policy,
      ...(path === '' ? {} : { log }),
      ...(kubeconfig === undefined ? {} : { webhook: { kubeconfig, initialBackoffMs, ...toWebhook } }),
    },
    notes: unknownFields.map((field) => `--audit-policy-file has an unknown field: ${field}`),
  };
}

function logOptions(
  reader: ApiserverFlagReader,
  path: string,
): Omit<NonNullable<AuditOptions['log']>, keyof AuditBackendOptions> {
  return {
    path: path === '-' ? path : resolve(path),
    format: reader.oneOf('audit-log-format', ['json', 'legacy']),
    maxAgeDays: reader.integer('audit-log-maxage'),
    maxBackups: reader.integer('audit-log-maxbackup'),
    maxSizeMiB: reader.integer('audit-log-maxsize'),
    compress: reader.boolean('audit-log-compress'),
  };
}

async function webhookKubeconfig(reader: ApiserverFlagReader, file: string): Promise<WebhookKubeconfig> {
  const contents = await reader.fileAt('audit-webhook-config-file', file);
  return checked('audit-webhook-config-file', 'initializing audit webhook: ', () =>
    readWebhookKubeconfig(contents.toString(), dirname(resolve(file))),
  );
}

function backendOptions(reader: ApiserverFlagReader, name: Backend): AuditBackendOptions {
  const mode = reader.oneOf(`audit-${name}-mode`, modes);
  reader.oneOf(`audit-${name}-version`, ['audit.k8s.io/v1']);
  const isBatch = mode === 'batch';
  const size = (flag: string): number =>
    isBatch ? reader.positive(`audit-${name}-batch-${flag}`) : reader.integer(`audit-${name}-batch-${flag}`);
  const maxEventBytes = reader.positive(`audit-${name}-truncate-max-event-size`);
  const maxBatchBytes = reader.positive(`audit-${name}-truncate-max-batch-size`);
  if (maxBatchBytes < maxEventBytes) {
    throw flagError(
      `audit-${name}-truncate-max-batch-size`,
      `is ${maxBatchBytes}, but must not be less than --audit-${name}-truncate-max-event-size (${maxEventBytes})`,
    );
  }
  const throttle = throttleOptions(reader, name, isBatch);
  return {
    mode,
    batch: {
      bufferSize: size('buffer-size'),
      maxSize: size('max-size'),
      maxWaitMs: reader.durationMs(`audit-${name}-batch-max-wait`),
      ...(throttle === undefined ? {} : { throttle }),
      concurrent: name === 'webhook',
    },
    ...(reader.boolean(`audit-${name}-truncate-enabled`)
      ? { truncate: { maxEventBytes, maxBatchBytes } }
      : {}),
  };
}

function throttleOptions(
  reader: ApiserverFlagReader,
  name: Backend,
  isBatch: boolean,
): { qps: number; burst: number } | undefined {
  if (!reader.boolean(`audit-${name}-batch-throttle-enable`)) return undefined;
  const qps = reader.number(`audit-${name}-batch-throttle-qps`);
  const burst = reader.integer(`audit-${name}-batch-throttle-burst`);
  if (isBatch && qps === 0) throw flagError(`audit-${name}-batch-throttle-qps`, 'must be greater than 0');
  if (isBatch && burst === 0) throw flagError(`audit-${name}-batch-throttle-burst`, 'must be greater than 0');
  return { qps, burst };
}

function checked<Value>(flag: string, about: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw flagError(
      flag,
      `cannot be used: ${about}${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
