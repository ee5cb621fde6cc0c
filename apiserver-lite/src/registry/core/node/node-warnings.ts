import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

/** Warns of the deprecated `spec.externalID`. */
export const nodeWarnings: KindWarnings = (object) =>
  specOf<{ externalID: string }>(object).externalID
    ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes']
    : [];
