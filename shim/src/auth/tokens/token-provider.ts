import type { Identity } from '../identity.ts';

/** Makes and knows tokens: what a client shows instead of its password (etcd: `auth.TokenProvider`). */
export interface TokenProvider {
  /**
   * A token for a user whose password was right as of that auth revision; undefined when auth has moved on
   * since, and the password must be looked at again.
   */
  assign(user: string, revision: number): Promise<string | undefined>;
  /** Whose token it is; undefined for one that is worth nothing. Only asks somebody when it must. */
  identify(token: string): Identity | undefined | Promise<Identity | undefined>;
}
