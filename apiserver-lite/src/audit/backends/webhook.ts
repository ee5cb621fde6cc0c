import { auditEventJson, type AuditEvent } from '../audit-event.ts';
import type { AuditBackend, AuditFailure } from '../audit-sink.ts';
import { callAgain } from '../../outgoing/call-again.ts';
import { OutgoingError, type Destination, type OutgoingClient } from '../../outgoing/outgoing-client.ts';

/** How a webhook for events is called. */
export interface AuditWebhookOptions {
  client: OutgoingClient;
  destination: Destination;
  /** Sent with each call, such as a bearer token. */
  headers: Readonly<Record<string, string>>;
  /** Before the second attempt; later ones wait 1.5 times as long each. */
  initialBackoffMs: number;
  failed: AuditFailure;
  sleep(ms: number): Promise<void>;
  random(): number;
}

const timeoutMs = 30_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Posts events as an EventList of `audit.k8s.io/v1`; whatever goes wrong is tried again, five times in all
 * (Kubernetes: `plugin/pkg/audit/webhook`).
 */
export function webhookBackend(options: AuditWebhookOptions): AuditBackend {
  const { failed, initialBackoffMs, sleep, random } = options;
  return {
    async process(events) {
      try {
        await callAgain(() => post(options, events), {
          initialDelayMs: initialBackoffMs,
          mayPass: () => true,
          sleep,
          random,
        });
        return true;
      } catch (error) {
        failed('webhook', error, events);
        return false;
      }
    },
    close: async () => undefined,
  };
}

async function post(
  { client, destination, headers }: AuditWebhookOptions,
  events: readonly AuditEvent[],
): Promise<void> {
  const items = events.map((event) => auditEventJson(event).replace(typeFields, '{'));
  const { code, body } = await client.call({
    ...destination,
    method: 'POST',
    headers: { ...headers, accept: 'application/json, */*', 'content-type': 'application/json' },
    body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}\n`,
    timeoutMs,
    maxBytes: maxAnswerBytes,
  });
  if (code >= 200 && code < 300) return;
  throw new OutgoingError(
    `the server responded with the status code ${code}: ${body.subarray(0, 256).toString().trim()}`,
  );
}

/** The items of a list have no type of their own. */
const typeFields = /^\{"kind":"Event","apiVersion":"audit\.k8s\.io\/v1",/;
