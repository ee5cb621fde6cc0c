import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
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
    commonName = await commonNameOf(spec.request ?? '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(request, `unable to parse csr: ${why}`);
  }
  if (commonName !== wanted) throw refuse(request, `can only create a node CSR with CN=${wanted}`);
}

/** The last common name of the subject, as Go reads it; throws where there is no readable request. */
async function commonNameOf(base64: string): Promise<string | undefined> {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const block = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/.exec(text);
  if (block?.[1] !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  // Few servers ever see such a request: they start without the library.
  const asn1 = await import('asn1js');
  const { result } = asn1.fromBER(Buffer.from(block[2] ?? '', 'base64'));
  // CertificationRequest { CertificationRequestInfo { version, subject, … }, … } (RFC 2986).
  const subject = itemsOf(itemsOf(itemsOf(result as Asn1Value)[0])[1]);
  const attributes = subject.flatMap((names) => itemsOf(names)).map((attribute) => itemsOf(attribute));
  const name = attributes.findLast(([type]) => oidOf(type) === commonNameOid)?.[1];
  return name === undefined ? undefined : textOf(name);
}

const commonNameOid = '2.5.4.3';

interface Asn1Value {
  readonly valueBlock?: { readonly value?: unknown };
}

/** What is in a SEQUENCE or SET; throws where the value is none. */
function itemsOf(value: Asn1Value | undefined): readonly Asn1Value[] {
  const items = value?.valueBlock?.value;
  if (!Array.isArray(items)) throw new Error('asn1: structure error');
  return items as Asn1Value[];
}

function oidOf(value: Asn1Value | undefined): string | undefined {
  return (value?.valueBlock as { toString?(): string } | undefined)?.toString?.();
}

function textOf({ valueBlock }: Asn1Value): string {
  const text = valueBlock?.value;
  if (typeof text !== 'string') throw new Error('asn1: structure error');
  return text;
}

/** Certificates for Pods are behind a feature gate that is off by default. */
export function checkPodCertificateRequest(request: NodeRequest): void {
  throw refuse(request, 'PodCertificateRequest feature gate is disabled');
}
