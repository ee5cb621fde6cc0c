import type { MetricRegistry } from './exposition/metric-registry.ts';

/** What is counted of the credentials of requests. */
export interface CredentialMetrics {
  /** A request had a client certificate, which is good for so long. */
  certificateUsed(remainingSeconds: number): void;
  /** A token was used that its Pod has renewed in time. */
  tokenValid(): void;
  /** A token was used that only lives on because not all clients renew theirs. */
  tokenStale(): void;
}

const hour = 3600;
const day = 24 * hour;

/** What credentials count, by kube-apiserver's names (Kubernetes: `request/x509`, `pkg/serviceaccount`). */
export function credentialMetrics(registry: MetricRegistry): CredentialMetrics {
  const certificates = registry
    .histogram({
      name: 'apiserver_client_certificate_expiration_seconds',
      help: '[ALPHA] Distribution of the remaining lifetime on the certificate used to authenticate a request.',
      buckets: [
        0,
        hour / 2,
        hour,
        2 * hour,
        6 * hour,
        12 * hour,
        day,
        2 * day,
        4 * day,
        7 * day,
        30 * day,
        90 * day,
        180 * day,
        360 * day,
      ],
    })
    .with();
  const token = (name: string, help: string) =>
    registry.counter({ name: `serviceaccount_${name}_total`, help: `[ALPHA] ${help}` }).with();
  const valid = token('valid_tokens', 'Cumulative valid projected service account tokens used');
  const stale = token('stale_tokens', 'Cumulative stale projected service account tokens used');
  return {
    certificateUsed: (seconds) => certificates.observe(seconds),
    tokenValid: () => valid.inc(),
    tokenStale: () => stale.inc(),
  };
}
