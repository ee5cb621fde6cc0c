import { isIPv6 } from 'node:net';

/** A failure as Node reports it. */
interface NodeFailure extends Error {
  code?: string;
  errors?: Error[];
  address?: string;
  port?: number;
  hostname?: string;
}

const unknownAuthority: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/**
 * What Go's HTTP client says of a connection that fails, where it is one of the usual reasons; `host` and
 * `port` are the address that was called.
 */
export function networkFailure(error: unknown, { host, port }: { host: string; port: number }): string {
  const outer = error as NodeFailure;
  const [inner = outer] = (outer.errors ?? []) as NodeFailure[];
  const { code = '', message } = inner;
  const address = `${bracketed(inner.address ?? host)}:${inner.port ?? port}`;
  if (unknownAuthority.has(code)) {
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${address}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp ${address}: connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `dial tcp ${address}: connect: connection timed out`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${inner.hostname ?? host}: no such host`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
    case 'ECONNRESET':
      // Node's words for a connection that was closed before an answer.
      return /hang up|disconnected before/.test(message)
        ? 'EOF'
        : `read tcp ${address}: read: connection reset by peer`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return /wrong version number|packet length too long|http request/i.test(message)
        ? 'http: server gave HTTP response to HTTPS client'
        : `remote error: tls: ${message}`;
    default:
      return message;
  }
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
