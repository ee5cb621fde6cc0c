import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
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
 * request. `used` hears of every request with a certificate, and how long that is good for.
 */
export function clientCertificate(
  now: () => number = Date.now,
  used?: (remainingSeconds: number) => void,
): Authenticator {
  const identities = new WeakMap<object, Identity>();
  return {
    authenticate({ request }) {
      // In HTTP/2 `socket` is a new proxy for each request, the session is what they share.
      const session = 'stream' in request ? request.stream.session : undefined;
      const owner = session ?? request.socket;
      let identity = identities.get(owner);
      if (identity === undefined) {
        identity = readIdentity((session?.socket ?? request.socket) as TLSSocket);
        identities.set(owner, identity);
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

function readIdentity(socket: TLSSocket): Identity {
  const nothing = { user: undefined, failure: undefined, notAfterMs: 0 };
  // A plain socket: tests, or a TLS terminator that we don't trust with identities.
  if (typeof socket.getPeerCertificate !== 'function') return nothing;
  const certificate = socket.getPeerCertificate();
  if (certificate.raw === undefined) return nothing;
  const notAfterMs = Date.parse(certificate.valid_to);
  if (!socket.authorized) {
    const cause: unknown = socket.authorizationError;
    const text = cause instanceof Error ? cause.message : String(cause);
    return { ...nothing, failure: new CredentialError(`x509: ${text}`), notAfterMs };
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
