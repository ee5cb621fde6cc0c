import { type Fields, fillText, items } from '../../fields/fill.ts';

/** Fills the defaults of an Endpoints (Kubernetes: `apis/core/v1/defaults.go`). */
export function defaultEndpoints(object: Fields): void {
  for (const subset of items(object, 'subsets')) {
    for (const port of items(subset, 'ports')) fillText(port, { protocol: 'TCP' });
  }
}
