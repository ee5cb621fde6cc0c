import { type Fields, fill, items } from '../../fields/fill.ts';

/** Fills the defaults of an EndpointSlice (Kubernetes: `apis/discovery/v1/defaults.go`). */
export function defaultEndpointSlice(object: Fields): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}
