import type { V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { fill, items } from '../../fields/fill.ts';

/** Ports of endpoint slices (Kubernetes: `SetDefaults_EndpointPort`). */
export function defaultEndpointSlice(object: V1EndpointSlice): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}
