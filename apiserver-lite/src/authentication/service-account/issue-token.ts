import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type KubernetesClaims, serviceAccountUser } from './token-claims.ts';
import type { SigningKey } from './token-keys.ts';

/** What a new token says. */
export interface TokenWish {
  audiences: readonly string[];
  kubernetes: KubernetesClaims;
  lifeSeconds: number;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

/** Signs tokens in the name of one issuer. */
export interface TokenIssuer {
  /** A new token: its compact form, and its id (`jti`). */
  issue(wish: TokenWish): Promise<{ token: string; id: string }>;
}

/** An issuer with its key (Kubernetes: `JWTTokenGenerator`). */
export function tokenIssuer(issuer: string, { id: keyId, algorithm, key }: SigningKey): TokenIssuer {
  return {
    async issue({ audiences, kubernetes, lifeSeconds, nowMs }) {
      const now = Math.floor(nowMs / 1000);
      const { namespace, serviceaccount } = kubernetes;
      const id = randomUUID();
      // Go writes claims by their names.
      const claims = {
        aud: [...audiences],
        exp: now + lifeSeconds,
        iat: now,
        iss: issuer,
        jti: id,
        'kubernetes.io': kubernetes,
        nbf: now,
        sub: serviceAccountUser(namespace, serviceaccount.name),
      };
      const token = await new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: keyId }).sign(key);
      return { token, id };
    },
  };
}
