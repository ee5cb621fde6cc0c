import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { HttpRequest } from '../http/request-context.ts';

/** Authorities of one kind of client certificates. */
export class CertificateBundle {
  readonly #fingerprints: ReadonlySet<string>;

  /** @throws Error for a PEM text that has no certificate, or one that cannot be read. */
  constructor(pem: string | Buffer) {
    const certificates = certificatesOf(pem.toString());
    if (certificates.length === 0)
      throw new Error('data does not contain any valid RSA or ECDSA certificates');
    this.#fingerprints = new Set(certificates.map((text) => new X509Certificate(text).fingerprint256));
  }

  /** Whether the verified chain of a certificate ends at, or passes, one of these authorities. */
  signed(certificate: DetailedPeerCertificate): boolean {
    const seen = new Set<string>();
    let each: DetailedPeerCertificate | undefined = certificate;
    while (each?.fingerprint256 !== undefined && !seen.has(each.fingerprint256)) {
      if (this.#fingerprints.has(each.fingerprint256)) return true;
      seen.add(each.fingerprint256);
      each = each.issuerCertificate as DetailedPeerCertificate | undefined;
    }
    return false;
  }
}

/** The certificates of a PEM text, each with its lines as they are. */
export function certificatesOf(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** What proves who a client is; the same object for all requests of a connection. */
export function connectionOf(request: HttpRequest): { key: object; socket: TLSSocket } {
  const key = 'session' in request ? request.session : request.socket;
  return { key, socket: request.socket as TLSSocket };
}

/** The certificate that the client showed, with its chain; undefined where there is none. */
export function peerCertificateOf(socket: TLSSocket): DetailedPeerCertificate | undefined {
  // A plain socket: tests, or a TLS terminator that we don't trust with identities.
  if (typeof socket.getPeerCertificate !== 'function') return undefined;
  const certificate = socket.getPeerCertificate(true);
  return certificate.raw === undefined ? undefined : certificate;
}

/** The common name of a certificate; the last one, where it has several. */
export function commonNameOf({ subject }: DetailedPeerCertificate): string {
  return (
    [(subject as unknown as Record<string, string | string[] | undefined>)['CN'] ?? ''].flat().at(-1) ?? ''
  );
}
