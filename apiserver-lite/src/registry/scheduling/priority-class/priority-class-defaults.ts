import { type Fields, fill } from '../../fields/fill.ts';

/** Fills the defaults of a PriorityClass (Kubernetes: `apis/scheduling/v1/defaults.go`). */
export function defaultPriorityClass(object: Fields): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}
