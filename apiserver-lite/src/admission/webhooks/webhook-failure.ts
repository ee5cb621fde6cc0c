import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { StatusError, type Status, type StatusReason } from '../../api-errors/status-error.ts';

/**
 * A webhook could not be called, or gave no usable answer: whether the request goes on is a matter of its
 * failurePolicy (Kubernetes: `util/webhook.ErrCallingWebhook`).
 */
export class WebhookFailure extends Error {
  override readonly name = 'WebhookFailure';
  /** For metrics: of the answer, or what kube-apiserver counts where there is none. */
  readonly code: number;
  /** The client of the request went away: nobody's failure. */
  readonly isCanceled: boolean;

  constructor(
    webhook: string,
    reason: string,
    { code = 503, isCanceled = false }: { code?: number | undefined; isCanceled?: boolean } = {},
  ) {
    super(`failed calling webhook ${goQuote(webhook)}: ${reason}`);
    this.code = code;
    this.isCanceled = isCanceled;
  }
}

/** A webhook refused the request; clients get `refusal` (Kubernetes: `util/webhook.ErrWebhookRejection`). */
export class WebhookRejection extends Error {
  override readonly name = 'WebhookRejection';
  readonly refusal: StatusError;

  constructor(refusal: StatusError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * What clients get where a webhook says no: its own status, as far as it is one of a failure (Kubernetes:
 * `webhook/errors.ToStatusErr`).
 */
export function rejection(webhook: string, result: Partial<Status> = {}): WebhookRejection {
  const { message = '', reason, details, code = 0, status, metadata } = result;
  const denied = `admission webhook ${goQuote(webhook)} denied the request`;
  const why = message || reason || '';
  const refusal = new StatusError(
    code < 400 ? 400 : code,
    reason as StatusReason | undefined,
    why === '' ? `${denied} without explanation` : `${denied}: ${why}`,
    details,
  );
  if (metadata !== undefined) refusal.status.metadata = metadata;
  if (status !== undefined && (status as string) !== '' && status !== 'Success')
    refusal.status.status = status;
  return new WebhookRejection(refusal);
}

/** A webhook with side effects is not asked about a request that is to have none. */
export function dryRunUnsupported(webhook: string): StatusError {
  const message = `admission webhook ${goQuote(webhook)} does not support dry run`;
  return new StatusError(400, 'BadRequest', message);
}
