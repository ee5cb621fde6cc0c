import { hash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { CredentialError } from '../authenticator.ts';
import type { TokenClaims } from './token-claims.ts';
import type { VerifyingKey } from './token-keys.ts';

/** Checking a signature takes a tenth of a millisecond; who asks often asks with the same token. */
const rememberedTokens = 4096;

/**
 * The claims of a token whose signature is by one of the keys; a CredentialError for another token
 * (Kubernetes: `serviceaccount/jwt.go`).
 */
export function signedClaims(keys: readonly VerifyingKey[]): (token: string) => Promise<TokenClaims> {
  /** By the token's digest; the oldest goes first. */
  const signed = new Map<string, TokenClaims>();
  return async (token) => {
    const digest = hash('sha256', token, 'base64');
    const remembered = signed.get(digest);
    if (remembered !== undefined) return remembered;
    const keyId = keyIdOf(token);
    const candidates = keyId === undefined ? keys : keys.filter(({ id }) => id === keyId);
    if (candidates.length === 0) throw new CredentialError('invalid signature, no keys found');
    for (const { key, algorithm } of candidates) {
      try {
        const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
        const claims = readClaims(Buffer.from(payload).toString());
        if (signed.size >= rememberedTokens) signed.delete(signed.keys().next().value ?? '');
        signed.set(digest, claims);
        return claims;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    throw new CredentialError('go-jose/go-jose: error in cryptographic primitive');
  };
}

/** Not to be trusted before the signature is checked; undefined for what is no token. */
export function issuerOf(token: string): string | undefined {
  const issuer = part(token, 1)?.['iss'] ?? '';
  return typeof issuer === 'string' ? issuer : undefined;
}

function part(token: string, index: number): Record<string, unknown> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(parts[index] ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function keyIdOf(token: string): string | undefined {
  const kid = part(token, 0)?.['kid'];
  return typeof kid === 'string' && kid !== '' ? kid : undefined;
}

/** The claims of a token whose signature holds; they may still be of any form. */
function readClaims(text: string): TokenClaims {
  const claims = JSON.parse(text) as TokenClaims;
  for (const time of [claims.exp, claims.nbf, claims.iat]) {
    if (time === undefined || time === null || typeof time === 'number') continue;
    throw new CredentialError('go-jose/go-jose/jwt: expected number value to unmarshal NumericDate');
  }
  return claims;
}
