import type { V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

const mountable = 'kubernetes.io/enforce-mountable-secrets';

/** Warns of the deprecated annotation that enforces mountable Secrets. */
export const serviceAccountWarnings: KindWarnings<V1ServiceAccount> = ({ metadata }, old) =>
  metadata.annotations?.[mountable] === undefined || old?.metadata.annotations?.[mountable] !== undefined
    ? []
    : [
        `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ];
