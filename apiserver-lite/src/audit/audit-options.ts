import type { AuditPolicy } from './audit-policy.ts';
import type { BatchOptions } from './backends/batching.ts';
import type { AuditLogFormat } from './backends/log.ts';
import type { RotationOptions } from './backends/rotating-file.ts';
import type { TruncateOptions } from './backends/truncating.ts';
import type { WebhookKubeconfig } from '../outgoing/webhook-kubeconfig.ts';

/**
 * What happens to a request while its events are recorded. `batch`: it goes on. `blocking`: it waits.
 * `blocking-strict`: it waits, and is refused where its first event cannot be recorded.
 */
export type AuditMode = 'batch' | 'blocking' | 'blocking-strict';

/** What all backends have. */
export interface AuditBackendOptions {
  mode: AuditMode;
  batch: BatchOptions;
  /** Undefined: events of any size. */
  truncate?: TruncateOptions;
}

/** What of the requests is recorded, and where (`--audit-…`). */
export interface AuditOptions {
  policy: AuditPolicy;
  /** A file, or `-` as its path: standard output. */
  log?: AuditBackendOptions & RotationOptions & { format: AuditLogFormat };
  webhook?: AuditBackendOptions & { kubeconfig: WebhookKubeconfig; initialBackoffMs: number };
}
