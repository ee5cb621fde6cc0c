import { generateKeyPairSync } from 'node:crypto';

/** What signs and checks the tokens of service accounts, PEM. */
export interface TokenKeys {
  key: string;
  publicKey: string;
}

/** A new pair, ECDSA P-256. */
export function createTokenKeys(): TokenKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
