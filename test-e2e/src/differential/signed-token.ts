import { createHmac, createPublicKey, sign } from 'node:crypto';
import type { Ask } from './family.ts';
import { serviceAccountKey } from './service-account-key.ts';

/** `--service-account-issuer` of both servers. */
export const issuer = 'https://kubernetes.default.svc';

/** Where TokenReviews are created. */
export const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';

/** Where SelfSubjectReviews are created. */
export const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/** A part of a token: JSON in base64url. */
export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The first part of a token. */
export interface TokenHeader {
  alg?: string;
  kid?: string;
  typ?: string;
}

/** Signs claims as the server does. */
export function signed(claims: unknown, header: TokenHeader, alg = 'RS256'): string {
  const text = `${part({ alg, ...header })}.${part(claims)}`;
  if (alg === 'none') return `${text}.`;
  const bytes =
    alg === 'HS256'
      ? createHmac('sha256', createPublicKey(serviceAccountKey).export({ type: 'spki', format: 'pem' }))
          .update(text)
          .digest()
      : sign(`sha${alg.slice(2)}`, Buffer.from(text), serviceAccountKey);
  return `${text}.${bytes.toString('base64url')}`;
}

/** The same token in every place where one can be used. */
export async function useToken(ask: Ask, name: string, token: string): Promise<void> {
  await ask(`${name}: who is it`, { path: whoAmI, body: {}, token });
  for (const [about, audiences] of [
    ['', undefined],
    [' for the server', [issuer]],
    [' for another', ['other']],
    [' for one of two', ['other', issuer]],
    [' for vault', ['vault']],
  ] as const) {
    await ask(`${name}: review${about}`, {
      path: reviews,
      body: { spec: { token, ...(audiences === undefined ? {} : { audiences }) } },
    });
  }
}
