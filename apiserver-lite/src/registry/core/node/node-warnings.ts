import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

/** Warns of the deprecated `spec.externalID`. */
export const nodeWarnings: KindWarnings<V1Node> = (object) =>
  specOf(object).externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : [];
