import type { AuthState } from './auth-state.ts';
import type { AuthTable } from './auth-table.ts';

/** A simple token as the database keeps it, so that every shim knows it. */
export interface SavedToken {
  /** SHA-256 of the token: who reads the database gets no tokens from it. */
  readonly hash: Uint8Array;
  readonly user: string;
  readonly ttlMs: number;
}

/** What auth needs of its database. Methods reject with a `StoreError`, or what `next` threw. */
export interface AuthPort {
  /**
   * Gives `next` the newest state, and writes what it returns, as one commit among all others, which wait
   * meanwhile. Nothing is written when `next` throws or returns the state it was given. Rejects with
   * `timeout` when the connection broke so that nobody knows.
   */
  change(next: (state: AuthState) => AuthState): Promise<void>;
  /** Saves a token if auth is enabled and still at that revision; whether it was. */
  saveToken(token: SavedToken, revision: number): Promise<boolean>;
  /** A token that is still good. */
  findToken(hash: Uint8Array): Promise<{ user: string; leftMs: number } | undefined>;
  /** The token is good for so long from now. */
  extendToken(hash: Uint8Array, ttlMs: number): Promise<void>;
}

/** What an opened store gives to auth. */
export interface AuthSource {
  /** Moves with the commits that the store applies. */
  readonly table: AuthTable;
  readonly port: AuthPort;
}
