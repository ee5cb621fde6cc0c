import type { V1IngressClass } from '@pg8s/k8s-proto/generated/models';
import { existing, fill } from '../../fields/fill.ts';

/** Kubernetes: `SetDefaults_IngressClass`. */
export function defaultIngressClass(object: V1IngressClass): void {
  const parameters = existing(existing(object, 'spec'), 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}
