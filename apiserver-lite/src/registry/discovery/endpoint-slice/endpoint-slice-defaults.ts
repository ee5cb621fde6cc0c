import { type Fields, fill, items } from '../../fields/fill.ts';

export function defaultEndpointSlice(object: Fields): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}
