import { createPublicKey, X509Certificate } from 'node:crypto';

/** What decides whether an existing certificate can stay. */
export interface CertificateFacts {
  expiresMs: number;
  /** DNS names and IP addresses. */
  hosts: readonly string[];
}

/** Reads a PEM certificate. @throws Error when it is none */
export function certificateFacts(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  // `DNS:localhost, IP Address:127.0.0.1`; what has a comma in it is quoted.
  const names = (certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  return {
    expiresMs: Date.parse(certificate.validTo),
    hosts: [...names].map(([, name = '']) => (name.startsWith('"') ? (JSON.parse(name) as string) : name)),
  };
}

/** Whether `cert` was signed by `authority`, both PEM. @throws Error when one is no certificate */
export function isSignedBy(cert: string, authority: string): boolean {
  return new X509Certificate(cert).verify(new X509Certificate(authority).publicKey);
}

/** The public key that belongs to a private one, PEM. @throws Error when it is none */
export function publicHalf(key: string): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}
