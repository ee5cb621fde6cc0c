import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { nodeNameOf } from '../../../authentication/node-identity.ts';
import { admissionForbidden, type AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { checkCertificateRequest, checkPodCertificateRequest } from './certificate-requests.ts';
import { checkClaim } from './claims.ts';
import { checkNode } from './nodes.ts';
import { checkCsiNode, checkLease, checkResourceSlice } from './own-objects.ts';
import { checkPod } from './pods.ts';
import { objectReader, type NodeRequest } from './node-request.ts';
import { checkServiceAccount } from './token-requests.ts';

const checks: Readonly<Record<string, (request: NodeRequest) => Promise<void> | void>> = {
  '/nodes': checkNode,
  '/persistentvolumeclaims': checkClaim,
  '/pods': checkPod,
  '/serviceaccounts': checkServiceAccount,
  'certificates.k8s.io/certificatesigningrequests': checkCertificateRequest,
  'certificates.k8s.io/podcertificaterequests': checkPodCertificateRequest,
  'coordination.k8s.io/leases': checkLease,
  'resource.k8s.io/resourceslices': checkResourceSlice,
  'storage.k8s.io/csinodes': checkCsiNode,
};

/**
 * What a kubelet may write of the resources that the Node authorizer lets it write: its own Node, Lease,
 * CSINode and ResourceSlices, mirror Pods that name no other object, the status of its own Pods, tokens for
 * them (Kubernetes: `plugin/pkg/admission/noderestriction`, with the default feature gates of 1.36).
 */
export function nodeRestriction({
  storageOf,
  authorizer,
}: Pick<PluginDependencies, 'authorizer' | 'storageOf'>): AdmissionPlugin {
  const read = objectReader(storageOf);
  return {
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    async admit(attributes: AdmissionAttributes) {
      const node = nodeNameOf(attributes.user);
      if (node === undefined) return;
      if (node === '') {
        const name = goQuote(attributes.user.name);
        throw admissionForbidden(attributes, `could not determine node from user ${name}`);
      }
      const { group, resource } = attributes.resource;
      await checks[`${group}/${resource}`]?.({ node, attributes, read, authorizer });
    },
  };
}
