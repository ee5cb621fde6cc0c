import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf, isSame } from '../../../registry/generic/copy-object.ts';
import { goValue } from '../../../registry/fields/go-value.ts';
import { quoted, refuse, type NodeRequest } from './node-request.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What a kubelet reports of a claim after it resized the volume. */
const reported = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'];

/** Only the status of claims, and of it only what a resize changes. */
export function checkClaim(request: NodeRequest): void {
  const { node, attributes } = request;
  const { operation, subresource, object, oldObject } = attributes;
  if (subresource !== 'status') throw refuse(request, 'may only update PVC status');
  if (operation !== 'UPDATE' || object === undefined || oldObject === undefined) {
    throw refuse(request, `unexpected operation ${quoted(operation)}`);
  }
  const [old, claim] = [withoutReported(oldObject), withoutReported(object)];
  if (isSame(old, claim)) return;
  throw refuse(
    request,
    `node ${quoted(node)} is not allowed to update fields other than status.quantity and status.conditions: ${unifiedDiff(printed(old), printed(claim))}`,
  );
}

function withoutReported(claim: KubeObject): KubeObject {
  const copy = copyOf(claim);
  delete copy.metadata.resourceVersion;
  delete copy.metadata.managedFields;
  const status = (copy['status'] ?? {}) as Record<string, unknown>;
  for (const field of reported) delete status[field];
  copy['status'] = status;
  return copy;
}

function printed(claim: KubeObject): string[] {
  return goValue('core.v1.PersistentVolumeClaim', claim).json(1).split('\n');
}
