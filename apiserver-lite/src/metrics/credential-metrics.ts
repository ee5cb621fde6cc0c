import type { Counter } from './exposition/series.ts';
import type { MetricRegistry } from './exposition/metric-registry.ts';

/** kube-apiserver's names and words of what is counted of tokens of service accounts. */
const tokenUses = {
  valid: ['valid_tokens', 'Cumulative valid projected service account tokens used'],
  stale: ['stale_tokens', 'Cumulative stale projected service account tokens used'],
  withoutAudience: ['legacy_tokens', 'Cumulative legacy service account tokens used'],
  invalidated: ['invalid_legacy_auto_token_uses', 'Cumulative invalid auto-generated legacy tokens used'],
  generated: ['legacy_auto_token_uses', 'Cumulative auto-generated legacy tokens used'],
  manual: ['legacy_manual_token_uses', 'Cumulative manually created legacy tokens used'],
} as const;

type CountedTokenUse = keyof typeof tokenUses;

/** What is counted of the credentials of requests. */
export interface CredentialMetrics {
  /** A request had a client certificate, which is good for so long. */
  certificateUsed(remainingSeconds: number): void;
  /** A token of a service account was used. */
  tokenUsed(use: CountedTokenUse): void;
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
  const uses = Object.fromEntries(
    Object.entries(tokenUses).map(([use, [name, help]]) => [
      use,
      registry.counter({ name: `serviceaccount_${name}_total`, help: `[ALPHA] ${help}` }).with(),
    ]),
  ) as Record<CountedTokenUse, Counter>;
  return {
    certificateUsed: (seconds) => certificates.observe(seconds),
    tokenUsed: (use) => uses[use].inc(),
  };
}
