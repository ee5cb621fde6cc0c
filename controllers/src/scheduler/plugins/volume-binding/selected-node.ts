import type { PersistentVolumeClaim } from '../../../runtime/client/resource.ts';
import { annotationsOf, type Storage } from '../../framework/storage.ts';

/** The annotation that says to a provisioner where the volume is needed. */
export const selectedNode = 'volume.kubernetes.io/selected-node';

/** The node for which a claim's volume is being provisioned already. */
export function nodeOfClaim(
  claim: PersistentVolumeClaim,
  { assumedNode }: Pick<Storage, 'assumedNode'>,
): string | undefined {
  return annotationsOf(claim.metadata)[selectedNode] ?? assumedNode(claim);
}
