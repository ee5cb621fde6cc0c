import type { V1ResourceSlice } from '@pg8s/k8s-proto/generated/models';
import { quoted, refuse, type NodeRequest } from './node-request.ts';

const leaseNamespace = 'kube-node-lease';

/** The name of the object: on CREATE that of the object, because the request may have none. */
function nameIn({ attributes: { operation, object, name } }: NodeRequest): string {
  return operation === 'CREATE' ? (object?.metadata.name ?? '') : name;
}

/** Only the Lease that is named as the node, where nodes have theirs. */
export function checkLease(request: NodeRequest): void {
  if (request.attributes.namespace !== leaseNamespace) {
    throw refuse(request, `can only access leases in the ${quoted(leaseNamespace)} system namespace`);
  }
  if (nameIn(request) !== request.node) {
    throw refuse(request, 'can only access node lease with the same name as the requesting node');
  }
}

/** Only the CSINode that is named as the node. */
export function checkCsiNode(request: NodeRequest): void {
  if (nameIn(request) !== request.node) {
    throw refuse(request, 'can only access CSINode with the same name as the requesting node');
  }
}

/** Only slices of the node; updates are up to the authorizer, which sees whose slice it is. */
export function checkResourceSlice(request: NodeRequest): void {
  const { operation, object, oldObject } = request.attributes;
  if (operation === 'UPDATE') return;
  const slice = (operation === 'CREATE' ? object : oldObject) as V1ResourceSlice;
  if (slice.spec?.nodeName === request.node) return;
  const verb = operation === 'CREATE' ? 'create' : 'delete';
  throw refuse(request, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
}
