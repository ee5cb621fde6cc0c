import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A key that checks tokens. */
export interface VerifyingKey {
  /** Says nothing about the key itself: the hash of its public half. */
  id: string;
  algorithm: TokenAlgorithm;
  key: KeyObject;
}

/** The key that signs new tokens. */
export interface SigningKey {
  id: string;
  algorithm: TokenAlgorithm;
  key: KeyObject;
}

export type TokenAlgorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512';

/** A key file that cannot be used; the message says why. */
class TokenKeyError extends Error {
  override readonly name = 'TokenKeyError';
}

const curves: Readonly<Record<string, TokenAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** Keys sign as their kind says (Kubernetes: `serviceaccount/jwt.go`). */
function algorithmOf(key: KeyObject): TokenAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType !== 'ec' || algorithm === undefined) {
    throw new TokenKeyError('a key must be RSA, or ECDSA on the curve P-256, P-384 or P-521');
  }
  return algorithm;
}

function idOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

/** All keys of a PEM file: public keys, certificates, or private keys, of which the public half is taken. */
export function readVerifyingKeys(pem: string): VerifyingKey[] {
  const blocks = pem.match(/-----BEGIN ([^-]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  // `openssl ecparam -genkey` puts the curve before the key.
  const keys = blocks
    .filter((block) => !block.includes('EC PARAMETERS'))
    .map((block) => parsed(() => createPublicKey(block)))
    .map((key) => ({ id: idOf(key), algorithm: algorithmOf(key), key }));
  if (keys.length === 0) throw new TokenKeyError('there is no key in it');
  return keys;
}

/** The private key of a PEM file. */
export function readSigningKey(pem: string): SigningKey {
  const key = parsed(() => createPrivateKey(pem));
  return { id: idOf(createPublicKey(key)), algorithm: algorithmOf(key), key };
}

function parsed(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (error) {
    throw new TokenKeyError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
