import type { KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { AuthError } from '../auth-error.ts';
import type { Identity } from '../identity.ts';
import type { TokenProvider } from './token-provider.ts';

/** Tokens that were verified; the others are verified again when they come. */
const maxVerifiedTokens = 1000;

export interface JwtOptions {
  /** `RS256`, `ES256`, `EdDSA`, `HS256`, … */
  readonly algorithm: string;
  /** Absent: this server only takes tokens that another one makes. */
  readonly signKey: KeyObject | undefined;
  readonly verifyKey: KeyObject;
  readonly ttlMs: number;
}

/**
 * Signed tokens, which every server with the key can tell (etcd: `server/auth/jwt.go`). They name the user
 * and the auth revision, and so end with the next change of auth.
 */
export class JwtTokens implements TokenProvider {
  readonly #options: JwtOptions;
  readonly #now: () => number;
  readonly #verified = new Map<string, { identity: Identity; expiresAtMs: number }>();

  /** `now`: milliseconds since 1970. */
  constructor(options: JwtOptions, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
  }

  assign(user: string, revision: number): Promise<string> {
    const { algorithm, signKey, ttlMs } = this.#options;
    if (signKey === undefined) return Promise.reject(new AuthError('verifyOnly'));
    return new SignJWT({ username: user, revision })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setExpirationTime(Math.floor((this.#now() + ttlMs) / 1000))
      .sign(signKey);
  }

  identify(token: string): Identity | undefined | Promise<Identity | undefined> {
    const verified = this.#verified.get(token);
    if (verified === undefined) return this.#verify(token);
    if (verified.expiresAtMs > this.#now()) return verified.identity;
    this.#verified.delete(token);
    return undefined;
  }

  async #verify(token: string): Promise<Identity | undefined> {
    const { algorithm, verifyKey } = this.#options;
    let identity: Identity;
    let expiresAtMs: number;
    try {
      const currentDate = new Date(this.#now());
      const { payload } = await jwtVerify(token, verifyKey, { algorithms: [algorithm], currentDate });
      const { username, revision, exp } = payload as { username?: unknown; revision?: unknown; exp?: number };
      if (typeof username !== 'string' || typeof revision !== 'number') return undefined;
      identity = { user: username, authRevision: Math.trunc(revision), isFixed: true };
      expiresAtMs = exp === undefined ? Infinity : exp * 1000;
    } catch {
      return undefined;
    }
    if (this.#verified.size >= maxVerifiedTokens) {
      this.#verified.delete(this.#verified.keys().next().value as string);
    }
    this.#verified.set(token, { identity, expiresAtMs });
    return identity;
  }
}
