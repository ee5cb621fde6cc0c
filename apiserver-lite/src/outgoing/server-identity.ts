import { isIP } from 'node:net';
import { checkServerIdentity as checkAsNode, type PeerCertificate } from 'node:tls';

/**
 * Whether a certificate is one of `host`: an Error in the words of Go's `crypto/x509` where it is not. Other
 * than OpenSSL, Go looks at subject alternative names only.
 */
export function checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const { subjectaltname } = certificate;
  if (subjectaltname !== undefined && checkAsNode(host, certificate) === undefined) return undefined;
  return new Error(`tls: failed to verify certificate: x509: ${whyNot(host, certificate)}`);
}

function whyNot(host: string, certificate: PeerCertificate): string {
  const { subjectaltname, subject } = certificate;
  if (subjectaltname === undefined && [subject?.CN ?? ''].flat().at(-1) === host) {
    return 'certificate relies on legacy Common Name field, use SANs instead';
  }
  const names = (subjectaltname ?? '').split(', ');
  const ofKind = (kind: string): string[] =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  const isAddress = isIP(host) !== 0;
  const valid = ofKind(isAddress ? 'IP Address:' : 'DNS:');
  if (valid.length > 0) return `certificate is valid for ${valid.join(', ')}, not ${host}`;
  return isAddress
    ? `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${host}`;
}
