import { type Fields, fill } from '../../fields/fill.ts';

export function defaultPriorityClass(object: Fields): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}
