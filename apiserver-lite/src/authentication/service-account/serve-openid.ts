import type { JsonWebKey } from 'node:crypto';
import { onlyAs } from '../../http/path-router.ts';
import type { PathRouter } from '../../http/path-router.ts';
import type { Handler } from '../../http/request-context.ts';
import { sendBody } from '../../http/respond.ts';
import type { VerifyingKey } from './token-keys.ts';

export interface OpenIdOptions {
  issuer: string;
  keys: readonly VerifyingKey[];
  /** `https://host:port/openid/v1/jwks`; asked when somebody reads the document. */
  jwksUri: () => string;
}

const maxAgeSeconds = 3600;

function document(contentType: string, make: () => object): Handler {
  return onlyAs(contentType, (context) => {
    context.response.setHeader('Cache-Control', `public, max-age=${maxAgeSeconds}`);
    return sendBody(context, { code: 200, contentType, body: JSON.stringify(make()) });
  });
}

/**
 * Tells other parties how to check tokens of service accounts (Kubernetes:
 * `serviceaccount/openidmetadata.go`). An issuer that is no plain https URL cannot be discovered, and nothing
 * is served. Answers whether something is.
 */
export function serveOpenId(router: PathRouter, { issuer, keys, jwksUri }: OpenIdOptions): boolean {
  if (!isDiscoverable(issuer)) return false;
  router.service(
    '/.well-known/openid-configuration',
    document('application/json', () => ({
      issuer,
      jwks_uri: jwksUri(),
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(keys.map(({ algorithm }) => algorithm))].sort(),
    })),
  );
  const set = {
    keys: keys.map(({ id, algorithm, key }) => publicKey(id, algorithm, key.export({ format: 'jwk' }))),
  };
  router.service(
    '/openid/v1/jwks',
    document('application/jwk-set+json', () => set),
  );
  return true;
}

/** A key with its fields in the order of Go's library. */
function publicKey(id: string, algorithm: string, { kty, crv, x, y, n, e }: JsonWebKey): object {
  return { use: 'sig', kty, kid: id, alg: algorithm, crv, x, y, n, e };
}

function isDiscoverable(issuer: string): boolean {
  try {
    const { protocol, search, hash } = new URL(issuer);
    return protocol === 'https:' && search === '' && hash === '';
  } catch {
    return false;
  }
}
