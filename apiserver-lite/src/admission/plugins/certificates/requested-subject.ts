/** Whose certificate is requested. */
export interface RequestedSubject {
  /** The last one, as Go reads it. */
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
}

const commonNameOid = '2.5.4.3';
const organizationOid = '2.5.4.10';

/**
 * The subject of a PKCS #10 request in PEM, in base64 as the API has it. Throws where there is no readable
 * request.
 */
export async function requestedSubject(base64: string): Promise<RequestedSubject> {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const block = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/.exec(text);
  if (block?.[1] !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  // Few servers ever see such a request: they start without the library.
  const asn1 = await import('asn1js');
  const { result } = asn1.fromBER(Buffer.from(block[2] ?? '', 'base64'));
  // CertificationRequest { CertificationRequestInfo { version, subject, … }, … } (RFC 2986).
  const subject = itemsOf(itemsOf(itemsOf(result as Asn1Value)[0])[1]);
  const attributes = subject.flatMap((names) => itemsOf(names)).map((attribute) => itemsOf(attribute));
  const valuesOf = (oid: string): string[] =>
    attributes.filter(([type]) => oidOf(type) === oid).map(([, value]) => textOf(value));
  return { commonName: valuesOf(commonNameOid).at(-1), organizations: valuesOf(organizationOid) };
}

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

function textOf(value: Asn1Value | undefined): string {
  const text = value?.valueBlock?.value;
  if (typeof text !== 'string') throw new Error('asn1: structure error');
  return text;
}
