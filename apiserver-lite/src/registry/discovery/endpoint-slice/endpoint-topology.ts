import type { V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { isSame } from '../../generic/copy-object.ts';

const hostname = 'kubernetes.io/hostname';

/**
 * v1 does not write the topology of v1beta1, which only slices of that time still have. Where endpoints
 * change, the name of a node that stood in there moves to its own field (Kubernetes:
 * `endpointslice.dropTopologyOnV1`).
 */
export function dropTopology(object: V1EndpointSlice, old: V1EndpointSlice | undefined): void {
  if (old !== undefined && isSame(object.endpoints, old.endpoints)) return;
  const known = new Set(
    (old?.endpoints ?? []).map(({ deprecatedTopology }) => deprecatedTopology?.[hostname]),
  );
  for (const endpoint of object.endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[hostname];
    if (node !== undefined && known.has(node)) endpoint.nodeName ??= node;
    delete endpoint.deprecatedTopology;
  }
}
