import { type Fields, existing, fill } from '../../fields/fill.ts';

/** Fills the defaults of an IngressClass (Kubernetes: `apis/networking/v1/defaults.go`). */
export function defaultIngressClass(object: Fields): void {
  const parameters = existing(existing(object, 'spec'), 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}
