import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { requestedSubject } from '../certificates/requested-subject.ts';
import { refuse, type NodeRequest } from './node-request.ts';

const nodeSigners: ReadonlySet<string | undefined> = new Set([
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
]);

/** A request for a node's certificate must be for this node; the signer looks at all else. */
export async function checkCertificateRequest(request: NodeRequest): Promise<void> {
  const { node, attributes } = request;
  if (attributes.operation !== 'CREATE') return;
  const { spec } = attributes.object as V1CertificateSigningRequest;
  if (!nodeSigners.has(spec?.signerName)) return;
  const wanted = `system:node:${node}`;
  let commonName: string | undefined;
  try {
    ({ commonName } = await requestedSubject(spec.request ?? ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(request, `unable to parse csr: ${why}`);
  }
  if (commonName !== wanted) throw refuse(request, `can only create a node CSR with CN=${wanted}`);
}

/** Certificates for Pods are behind a feature gate that is off by default. */
export function checkPodCertificateRequest(request: NodeRequest): void {
  throw refuse(request, 'PodCertificateRequest feature gate is disabled');
}
