import { type Fields, fillText, items } from '../../fields/fill.ts';

export function defaultEndpoints(object: Fields): void {
  for (const subset of items(object, 'subsets')) {
    for (const port of items(subset, 'ports')) fillText(port, { protocol: 'TCP' });
  }
}
