import { auditEventJson, type AuditEvent } from '../audit-event.ts';
import type { AuditBackend, AuditFailure } from '../audit-sink.ts';

/** `--audit-…-truncate-…` */
export interface TruncateOptions {
  maxEventBytes: number;
  maxBatchBytes: number;
}

/**
 * Takes request and response out of events that are too large, and splits batches that are; an event that is
 * still too large is lost, and counted (Kubernetes: `plugin/pkg/audit/truncate`).
 */
export function truncating(
  delegate: AuditBackend,
  { maxEventBytes, maxBatchBytes }: TruncateOptions,
  failed: AuditFailure,
): AuditBackend {
  const fitting = (event: AuditEvent): { event: AuditEvent; bytes: number } | undefined => {
    let fits = { event, bytes: sizeOf(event) };
    const hasObjects = event.level === 'Request' || event.level === 'RequestResponse';
    if (fits.bytes > maxEventBytes && hasObjects) {
      const small = withoutObjects(event);
      fits = { event: small, bytes: sizeOf(small) };
    }
    if (fits.bytes <= maxEventBytes) return fits;
    failed('truncate', new Error('event is too large even after truncating'), [event]);
    return undefined;
  };
  return {
    async process(events) {
      let taken = true;
      let batch: AuditEvent[] = [];
      let batchBytes = 0;
      const send = async (): Promise<void> => {
        if (batch.length > 0) taken = (await delegate.process(batch)) && taken;
        batch = [];
        batchBytes = 0;
      };
      for (const event of events) {
        const fits = fitting(event);
        if (fits === undefined) continue;
        if (batchBytes + fits.bytes > maxBatchBytes) await send();
        batch.push(fits.event);
        batchBytes += fits.bytes;
      }
      await send();
      return taken;
    },
    close: () => delegate.close(),
  };
}

function sizeOf(event: AuditEvent): number {
  return Buffer.byteLength(auditEventJson(event)) + 1;
}

function withoutObjects(event: AuditEvent): AuditEvent {
  const { requestObject: _request, responseObject: _response, ...rest } = event;
  return {
    ...rest,
    annotations: new Map([...(event.annotations ?? []), ['audit.k8s.io/truncated', 'true']]),
  };
}
