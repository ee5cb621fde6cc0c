import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { type CertificateBundle, connectionOf, peerCertificateOf } from './peer-certificate.ts';
import type { UserInfo } from '../http/request-context.ts';
import { CredentialError } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';

/** Where a certificate may carry the user's UID (Kubernetes: feature AllowParsingUserUIDFromCertAuth). */
const uidOid = '1.3.6.1.4.1.57683.2';
const credentialIdKey = 'authentication.kubernetes.io/credential-id';

interface Identity {
  user: UserInfo | undefined;
  failure: CredentialError | undefined;
  notAfterMs: number;
}

/**
 * The verified certificate of the connection: its common name is the user, its organizations are the groups
 * (Kubernetes: `authentication/request/x509`). Read once a connection; only expiry is looked at for each
 * request. `used` hears of every request with a certificate, and how long that is good for. `bundle`: only
 * these authorities make users, of those that the server takes certificates from.
 */
export function clientCertificate(
  now: () => number = Date.now,
  used?: (remainingSeconds: number) => void,
  bundle?: CertificateBundle,
): Authenticator {
  const identities = new WeakMap<object, Identity>();
  return {
    authenticate({ request }) {
      const { key, socket } = connectionOf(request);
      let identity = identities.get(key);
      if (identity === undefined) {
        identity = readIdentity(socket, bundle);
        identities.set(key, identity);
      }
      if (identity.notAfterMs > 0) used?.((identity.notAfterMs - now()) / 1000);
      if (identity.failure !== undefined) throw identity.failure;
      if (identity.user !== undefined && now() > identity.notAfterMs) {
        throw new CredentialError('x509: certificate has expired');
      }
      return identity.user;
    },
  };
}

function readIdentity(socket: TLSSocket, bundle: CertificateBundle | undefined): Identity {
  const nothing = { user: undefined, failure: undefined, notAfterMs: 0 };
  const certificate = peerCertificateOf(socket);
  if (certificate === undefined) return nothing;
  const notAfterMs = Date.parse(certificate.valid_to);
  if (!socket.authorized) {
    const cause: unknown = socket.authorizationError;
    const text = cause instanceof Error ? cause.message : String(cause);
    return { ...nothing, failure: new CredentialError(`x509: ${text}`), notAfterMs };
  }
  if (bundle?.signed(certificate) === false) {
    const failure = new CredentialError('x509: certificate signed by unknown authority');
    return { ...nothing, failure, notAfterMs };
  }
  const subject = certificate.subject as unknown as Record<string, string | string[] | undefined>;
  const name = one(subject['CN']);
  if (name === '') return { ...nothing, notAfterMs };
  const uid = one(subject[uidOid]);
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  return {
    user: {
      name,
      ...(uid === '' ? {} : { uid }),
      groups: many(subject['O']),
      extra: { [credentialIdKey]: [`X509SHA256=${fingerprint}`] },
    },
    failure: undefined,
    notAfterMs,
  };
}

function many(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function one(value: string | string[] | undefined): string {
  return many(value).at(-1) ?? '';
}
