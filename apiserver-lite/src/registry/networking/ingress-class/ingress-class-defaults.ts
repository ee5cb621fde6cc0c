import { type Fields, existing, fill } from '../../fields/fill.ts';

export function defaultIngressClass(object: Fields): void {
  const parameters = existing(existing(object, 'spec'), 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}
