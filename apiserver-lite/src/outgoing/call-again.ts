import { WebhookError } from './webhook.ts';

/** When a call is made again. */
export interface CallAgainOptions {
  /** Before the second call. Default 500. */
  initialDelayMs?: number;
  /** Whether a call that failed so is made again. Default: where the failure may pass. */
  mayPass?(error: unknown): boolean;
  sleep(ms: number): Promise<void>;
  /** 0 to 1 */
  random(): number;
}

const attempts = 5;
const factor = 1.5;
const jitter = 0.2;

/**
 * Calls a webhook, and again where the failure may pass: five times in all, with growing delays (Kubernetes:
 * `apiserver/pkg/util/webhook.WithExponentialBackoff`). Rejects with what the last call rejected with.
 */
export async function callAgain<Answer>(
  call: () => Promise<Answer>,
  { initialDelayMs = 500, mayPass = isTransient, sleep, random }: CallAgainOptions,
): Promise<Answer> {
  let delayMs = initialDelayMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === attempts || !mayPass(error)) throw error;
    }
    await sleep(delayMs * (1 + random() * jitter));
    delayMs *= factor;
  }
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof WebhookError)) return false;
  const { code, saysWhen } = error;
  if (code === undefined) return error.message.includes('connection reset by peer');
  return saysWhen || code === 429 || (code >= 500 && code !== 503);
}
